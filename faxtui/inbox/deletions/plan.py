"""What a wish to delete comes to, before anything is done: what the question names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from faxtui.domain.fax import Fax, FaxKey
from faxtui.inbox.deletions.wording import NO_ADDRESS, SAME_DOCUMENT, named


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fax that is not deleted, and a sentence why."""

    fax: Fax
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """``documents`` go, each once; ``refused`` stay; ``remarks`` are sentences on rows that are one document."""

    documents: tuple[Fax, ...]
    refused: tuple[Refusal, ...] = ()
    remarks: tuple[str, ...] = ()


def plan_deletion(faxes: Iterable[Fax], why_not: Callable[[Fax], str]) -> Plan:
    """``why_not`` gives a sentence for a document that can't be deleted now, and nothing for one that can."""
    documents: dict[FaxKey, Fax] = {}
    refused: dict[FaxKey, Refusal] = {}
    unaddressed: list[Refusal] = []
    rows: Counter[FaxKey] = Counter()
    for fax in faxes:
        reason = why_not(fax)
        if not fax.key.has_address:
            unaddressed.append(Refusal(fax, reason or NO_ADDRESS))
        elif reason:
            refused.setdefault(fax.key, Refusal(fax, reason))
        else:
            documents.setdefault(fax.key, fax)
            rows[fax.key] += 1
    remarks = tuple(SAME_DOCUMENT.format(rows=count, name=named(key)) for key, count in rows.items() if count > 1)
    return Plan(tuple(documents.values()), (*refused.values(), *unaddressed), remarks)
