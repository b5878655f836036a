"""What a certificate says of its issuer and its end, read even where the certificate can't be trusted.

The standard library tells that of trusted certificates only; of others it gives the bytes (X.509, RFC 5280, in DER).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_ORGANISATION, _COMMON_NAME, _UNIT = b"\x55\x04\x0a", b"\x55\x04\x03", b"\x55\x04\x0b"
_VERSION, _UTC_TIME, _BMP_STRING = 0xA0, 0x17, 0x1E
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Certificate:
    """``issuer`` is the organisation that issued it, or what else names the issuer; ``ends`` has a zone."""

    issuer: str
    ends: datetime


def read_certificate(der: bytes) -> Certificate:
    """Raises ValueError where this is no certificate."""
    try:
        certificate = _contents(der)[0]
        fields = _contents(_contents(certificate)[0])
        has_version = next(_elements(_contents(certificate)[0]))[0] == _VERSION
        issuer, validity = fields[2 + has_version], fields[3 + has_version]
        return Certificate(_name(issuer), _time(*list(_elements(validity))[1]))
    except (IndexError, StopIteration) as error:
        raise ValueError("the certificate is cut off") from error


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and contents of each element."""
    start = 0
    while start < len(der):
        tag, length, start = der[start], der[start + 1], start + 2
        if length & 0x80:
            size = length & 0x7F
            length, start = int.from_bytes(der[start : start + size]), start + size
        yield tag, der[start : start + length]
        start += length


def _contents(der: bytes) -> list[bytes]:
    return [contents for _, contents in _elements(der)]


def _name(der: bytes) -> str:
    names: dict[bytes, str] = {}
    for relative_name in _contents(der):
        for attribute in _contents(relative_name):
            (_, kind), (tag, value) = _elements(attribute)
            names[kind] = value.decode("utf-16-be" if tag == _BMP_STRING else "utf-8", "replace")
    wanted = (names[kind] for kind in (_ORGANISATION, _COMMON_NAME, _UNIT) if names.get(kind))
    return next(wanted, "somebody unnamed")[:_LONGEST_NAME]


def _time(tag: int, value: bytes) -> datetime:
    form = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(value.decode("ascii"), form).replace(tzinfo=UTC)
