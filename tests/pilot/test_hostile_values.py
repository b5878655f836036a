"""Faxes come from anywhere: nothing in them acts, nothing in them ends the program."""

from collections.abc import Mapping, Sequence

import pytest
from console import LARGE, NARROW, SMALL, console
from rich.cells import cell_len
from wire import Resource, Wire, listing, resource

from faxtui.demo.asgi import Response
from faxtui.domain.text import visible

TEXTS = ("From", "To", "Folder", "FileName", "MessageId")
HOSTILE = {
    "markup": "[red]x[/red] [@click=app.quit]q[/]",
    "unclosed markup": "[/b][[",
    "an escape": "\x1b[31mred\x1b]0;title\x07",
    "c1": "\x9b31mred",
    "a line break": "one\r\ntwo\ttab",
    "bidi": "\u202e5140-8740\u2066",
    "zero width": "a\u200bb\ufeff",
    "wide": "日本語のファクス番号です",
    "combining": "e\u0301" * 9,
    "a lone surrogate": "\ud800x",
    "very long": "9" * 5000,
    "blank": "   ",
}
NO_TEXT: dict[str, object] = {
    "a number": 478123456,
    "a fraction": 1.5,
    "true": True,
    "null": None,
    "a list": ["x"],
    "an object": {"x": 1},
    "empty": "",
}
NO_NUMBER: dict[str, object] = {
    "text": "three",
    "a numeric text": "3",
    "negative": -3,
    "huge": 10**40,
    "a fraction": 2.5,
    "null": None,
    "a list": [3],
}
NO_DATE: dict[str, object] = {
    "no date": "yesterday",
    "a number": 20261123,
    "the first year": "0001-01-01T00:00:00",
    "the last year": "9999-12-31T23:59:59",
    "month 13": "2026-13-01T00:00:00",
    "null": None,
    "empty": "",
    "markup": "[b]2026[/b]",
}


def is_safe(line: str) -> bool:
    return all(each.isprintable() for each in line)


async def details_of(faxes: Sequence[Resource]) -> list[str]:
    """What the details say of each fax of a page, once the list and all of them were looked at."""
    details = []
    async with console(size=LARGE, wire=Wire(listing(faxes))) as desk:
        assert len(desk.table.faxes) == len(faxes)
        assert all(is_safe(line) and cell_len(line) == 120 for line in desk.lines)
        await desk.press("i")
        for number in range(1, len(faxes) + 1):
            await desk.until_shown(f" {number} of {len(faxes)} ")
            assert all(is_safe(line) and cell_len(line) == 120 for line in desk.lines)
            details.append(desk.screen)
            await desk.press("N")
        await desk.press("escape")
        await desk.until_shown(f"1–{len(faxes)} of {len(faxes)}")
    return details


async def test_hostile_text_in_every_text_field_is_shown_as_it_is_and_does_nothing() -> None:
    details = await details_of([resource(1, **dict.fromkeys(TEXTS, text)) for text in HOSTILE.values()])
    for text, shown in zip(HOSTILE.values(), details, strict=True):
        if len(text) < 45:
            # What can't be text at all is an unknown value, and told of as it was sent.
            assert (visible(text) in shown) or (r"\ud800x" in shown)


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        (TEXTS, NO_TEXT),
        (("CallTime", "Pages", "BaudRate", "CustomerNumber"), NO_NUMBER),
        (("ReceivedDate",), NO_DATE),
    ],
    ids=["no text", "no number", "no date"],
)
async def test_anything_at_all_in_a_field_leaves_its_row(fields: Sequence[str], values: Mapping[str, object]) -> None:
    await details_of([resource(1, **dict.fromkeys(fields, value)) for value in values.values()])


@pytest.mark.parametrize("field", ["Folder", "FileName"])
async def test_any_folder_and_any_file_name_leave_the_row(field: str) -> None:
    names = ("", None, ".", "..", "a/b", "%2e%2e", "?x=1#y")
    details = await details_of([resource(1, **{field: name}) for name in names])
    assert ["has no address at the service" in each for each in details] == [True] * 4 + [False] * 3


async def test_unknown_fields_are_shown_whatever_is_in_them() -> None:
    fax = resource(1, **{"Note[b]": "\x1b[2J", "Nested": {"a": [1, None]}, "": "nameless", "N" * 90: "long"})
    (details,) = await details_of([fax])
    assert "Note[b]" in details
    assert "nameless" in details


@pytest.mark.parametrize("size", [SMALL, NARROW], ids=str)
async def test_a_page_of_them_fits_any_terminal(size: tuple[int, int]) -> None:
    faxes = [resource(number, **dict.fromkeys(TEXTS, text)) for number, text in enumerate(HOSTILE.values())]
    async with console(size=size, wire=Wire(listing(faxes))) as desk:
        assert all(is_safe(line) for line in desk.lines)
        for _ in faxes:
            await desk.press("down")
        await desk.press("enter")
        await desk.until_shown(f"{len(faxes)} of {len(faxes)}")
        for _ in faxes:
            await desk.press("p")
            assert all(is_safe(line) for line in desk.lines)


async def test_what_the_service_says_of_itself_is_made_visible_too() -> None:
    async with console(wire=Wire(listing([resource(1)]))) as desk:
        desk.wire.says = listing([resource(1)], TotalCount=-5, TotalPageCount=-1, PageIndex=0, PageSize=-9)
        await desk.press("r")
        await desk.until_idle()
        assert all(is_safe(line) for line in desk.lines)
        desk.wire.says = listing([resource(1)], TotalCount=10**30, TotalPageCount=None, PageIndex="x", HasNextPage="x")
        await desk.press("r")
        await desk.until_idle()
        assert all(is_safe(line) for line in desk.lines)


async def test_a_refusal_full_of_escapes_is_made_visible() -> None:
    async with console(size=LARGE) as desk:
        desk.wire.says = Response.json(400, {"ModelState": {"filterFrom": ["\x1b[31m[b]no[/b]"], "\x07": ["\u202e"]}})
        await desk.press("r")
        await desk.until_failed()
        assert "[b]no[/b]" in desk.page_bar
        assert all(is_safe(line) for line in desk.lines)
