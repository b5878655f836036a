"""JSON as this service, and whatever stands between it and us, may write it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_LONGEST_NUMERAL = 600
"""Digits of a whole number that Python turns back into text whatever its limit is set to."""


def parse(body: bytes) -> Json:
    """What ``body`` says. Raises ValueError where it is no JSON, RecursionError where it is nested too deeply.

    Bytes that are no UTF-8 come through as lone surrogates, and numbers that a JSON number can't stand for (NaN,
    infinities, endless digits) as their text, so that one bad value does not take the rest with it.
    """
    try:
        return _parse(body)
    except UnicodeDecodeError:
        return _parse(body.decode("utf-8", "surrogateescape"))


def parse_or_none(body: bytes) -> Json:
    """What ``body`` says; None where that can't be read."""
    try:
        return parse(body)
    except (ValueError, RecursionError):
        return None


def compact(value: Json) -> str:
    """``value`` as JSON text without blanks; ASCII where anything else could not be encoded again."""
    text = _readable.encode(value)
    return text if is_encodable(text) else _ascii.encode(value)


def is_encodable(text: str) -> bool:
    """Whether ``text`` holds no lone surrogates, so that it can be written anywhere."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def key_of(members: Mapping[str, Json], name: str) -> str | None:
    """The key that is ``name``, or else the first that is so but for upper and lower case."""
    if name in members:
        return name
    folded = name.lower()
    return next((key for key in members if key.lower() == folded), None)


def member(value: Json, name: str) -> Json:
    """The member of an object that `key_of` finds; None where there is none, or no object."""
    if not isinstance(value, dict):
        return None
    key = key_of(value, name)
    return None if key is None else value[key]


_readable = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_ascii = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


def _parse(text: bytes | str) -> Json:
    value: Json = json.loads(text, parse_int=_whole_number, parse_float=_number, parse_constant=str)
    return value


def _whole_number(numeral: str) -> int | str:
    return int(numeral) if len(numeral) <= _LONGEST_NUMERAL else numeral


def _number(numeral: str) -> float | str:
    value = float(numeral)
    return value if math.isfinite(value) else numeral
