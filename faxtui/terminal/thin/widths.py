"""How wide characters are, and whether all terminals agree on it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, get_character_cell_size

_ONE_EVERYWHERE = (
    (0x20, 0x7E),
    (0xA0, 0xAC),
    (0xAE, 0x2FF),
    (0x370, 0x377),
    (0x37A, 0x37F),
    (0x384, 0x38A),
    (0x38C, 0x38C),
    (0x38E, 0x3A1),
    (0x3A3, 0x482),
    (0x48A, 0x52F),
    (0x1E00, 0x1EFF),
    (0x2010, 0x2027),
    (0x2030, 0x203B),
    (0x203D, 0x2048),
    (0x20A0, 0x20BF),
    (0x2190, 0x2193),
    (0x21D0, 0x21D5),
    (0x2200, 0x22FF),
    (0x2500, 0x25A9),
    (0x25AC, 0x25B5),
    (0x25B7, 0x25BF),
    (0x25C1, 0x25FA),
    (0x2800, 0x28FF),
)
"""Code points, first to last, of one cell everywhere: letters of Europe, signs, arrows, boxes; no emoji among them.

Terminals set up for East Asia may paint some of the signs wide; Textual's own boxes are among these.
"""
_SURE = frozenset(chr(code) for first, last in _ONE_EVERYWHERE for code in range(first, last + 1))
_JOINER = "\u200d"

is_sure = _SURE.issuperset
"""Whether every terminal paints each character of a text in one cell."""


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """The characters of a text, each with all that is combined with it, and its width in cells as Textual counts."""
    cluster = ""
    for character in text:
        if cluster and (cluster.endswith(_JOINER) or get_character_cell_size(character) == 0):
            cluster += character
            continue
        if cluster:
            yield cluster, cell_len(cluster)
        cluster = character
    if cluster:
        yield cluster, cell_len(cluster)
