"""What stands for characters beyond ASCII where the terminal has no UTF-8."""

from faxtui.domain.text import visible
from faxtui.ui.display import Glyphs


def test_every_mark_that_makes_hostile_text_visible_has_an_ascii_form() -> None:
    hostile = "".join(map(chr, [*range(0x20), 0x7F, 0x9B, 0x202E, 0x200B]))
    written = Glyphs(utf8=False).write(visible(hostile))
    assert written.isascii()
    assert written.isprintable()
    assert Glyphs(utf8=True).write(visible(hostile)) == visible(hostile)
