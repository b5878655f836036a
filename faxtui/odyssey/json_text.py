"""JSON as the service, and whatever stands between it and this program, may write it."""

from __future__ import annotations

import json
import math
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MOST_VALUES = 100_000
"""Values and names that a body may hold: a full page has 20 a row (our decision). Python needs 0.1 s and 20 MB for
them, during which no other thread runs."""
_LONGEST_NUMERAL = 600
"""Digits of an integer that Python turns back into text whatever its limit is set to."""
_BEFORE_VALUES = (b",", b":", b"[")
"""One of them stands before every value and every name but the first of an object. In a text they count as well."""
_DIGITS_AS_NINES = bytes.maketrans(b"012345678", b"9" * 9)
_LONGER_NUMERAL = b"9" * (_LONGEST_NUMERAL + 1)


class TooManyValues(ValueError):
    """JSON, or something like it, that holds more than `MOST_VALUES`."""


def parse(body: bytes) -> Json:
    """Return the value of ``body``. Raises ValueError if it is not JSON, RecursionError if it is nested too deeply.

    Raises TooManyValues, before any value is built, for a body that could hold more than `MOST_VALUES`.

    Bytes that are no UTF-8 come through as lone surrogates, and numbers that a JSON number can't stand for (NaN,
    infinities, endless digits) as their text, so that one bad value does not take the rest with it.
    """
    if sum(map(body.count, _BEFORE_VALUES)) > MOST_VALUES:
        raise TooManyValues
    read_whole_number = _whole_number if _may_hold_longer_numeral(body) else int
    try:
        return _parse(body, read_whole_number)
    except UnicodeDecodeError:
        return _parse(body.decode("utf-8", "surrogateescape"), read_whole_number)


def is_blank(body: bytes) -> bool:
    """Return True if ``body`` contains only blanks and a byte order mark: it counts as empty (our decision)."""
    return not body.removeprefix(BOM_UTF8).strip()


def is_json(body: bytes) -> bool:
    """Return whether `parse` can read ``body``."""
    try:
        parse(body)
    except (ValueError, RecursionError):
        return False
    return True


def parse_or_none(body: bytes) -> Json:
    """Return the value of ``body``; None if it can't be read."""
    try:
        return parse(body)
    except (ValueError, RecursionError):
        return None


def compact(value: Json) -> str:
    """Return ``value`` as JSON text without blanks; in ASCII if anything else could not be encoded again."""
    text = _readable.encode(value)
    return text if is_encodable(text) else _ascii.encode(value)


def is_encodable(text: str) -> bool:
    """Return True if ``text`` contains no lone surrogates, so that it can be written anywhere."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def key_of(members: Mapping[str, Json], name: str) -> str | None:
    """Return the key ``name``, or else the first that differs from it only in case; None if there is none."""
    if name in members:
        return name
    folded = name.lower()
    return next((key for key in members if key.lower() == folded), None)


def member(value: Json, name: str) -> Json:
    """Return the member of an object that `key_of` finds; None if there is none, or no object."""
    if not isinstance(value, dict):
        return None
    key = key_of(value, name)
    return None if key is None else value[key]


_readable = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_ascii = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


def _parse(text: bytes | str, read_whole_number: Callable[[str], int | str]) -> Json:
    value: Json = json.loads(text, parse_int=read_whole_number, parse_float=_number, parse_constant=str)
    return value


def _may_hold_longer_numeral(body: bytes) -> bool:
    """Return True if a numeral may be too long: far faster than to measure each. A zero byte means wide characters."""
    return b"\0" in body or _LONGER_NUMERAL in body.translate(_DIGITS_AS_NINES)


def _whole_number(numeral: str) -> int | str:
    return int(numeral) if len(numeral) <= _LONGEST_NUMERAL else numeral


def _number(numeral: str) -> float | str:
    value = float(numeral)
    return value if math.isfinite(value) else numeral
