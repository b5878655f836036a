"""The screen after what the thin driver sends is the screen after what Textual wrote, attributes included."""

import unicodedata
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded_run import NONE, SIXTEEN, SMALL, TRUECOLOUR, record
from rich.cells import cell_len
from screen_judges import PyteJudge, TmuxJudge
from thin_stream import ALL_FACTS, COLUMNS, LINES, TMUX, VT100, XTERM, Thin, frames
from wcwidth import wcwidth

from faxtui.domain.text import visible
from faxtui.operations.formats import cells_of
from faxtui.terminal.capabilities import Terminfo
from faxtui.terminal.driver.screen import clusters

RECORDED = [(TRUECOLOUR, XTERM), (SIXTEEN, XTERM), (TRUECOLOUR, TMUX), (NONE, VT100)]


@pytest.fixture(scope="module")
def tmux(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TmuxJudge]:
    judge = TmuxJudge(tmp_path_factory.mktemp("tmux"))
    yield judge
    judge.stop()


@given(writes=frames, facts=st.sampled_from(ALL_FACTS))
def test_after_any_frame_pyte_shows_the_same(writes: list[str], facts: Terminfo) -> None:
    thin = Thin(facts)
    full, sent = PyteJudge(COLUMNS, LINES), PyteJudge(COLUMNS, LINES)
    for write in writes:
        full.feed(write)
        sent.feed(thin.sent(write))
        assert sent.picture() == full.picture()


@given(writes=frames, facts=st.sampled_from(ALL_FACTS))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_frames_tmux_shows_the_same(tmux: TmuxJudge, writes: list[str], facts: Terminfo) -> None:
    sent = Thin(facts).sent(*writes)
    assert tmux.picture(sent, COLUMNS, LINES) == tmux.picture("".join(writes), COLUMNS, LINES)


@pytest.mark.parametrize(("environ", "facts"), RECORDED, ids=["true", "sixteen", "tmux", "none"])
async def test_after_every_key_of_a_real_run_both_show_the_same(
    tmux: TmuxJudge, environ: Mapping[str, str], facts: Terminfo
) -> None:
    thin = Thin(facts, *SMALL)
    full_judge, sent_judge = PyteJudge(*SMALL), PyteJudge(*SMALL)
    full = sent = ""
    for step, writes in enumerate(await record(environ)):
        full_now, sent_now = "".join(writes), thin.sent(*writes)
        full_judge.feed(full_now)
        sent_judge.feed(sent_now)
        assert sent_judge.picture() == full_judge.picture(), step
        full, sent = full + full_now, sent + sent_now
        if step % 4 == 0:
            assert tmux.picture(sent, *SMALL) == tmux.picture(full, *SMALL), step
    assert len(sent) < len(full) / 5


DOUBTFUL = (
    "\U0001f3fb",
    "👍\U0001f3fb",
    "\u0301e\u0301",
    " \u0301",
    "1\ufe0f\u20e3",
    "🇫🇷",
    "👨\u200d👩\u200d👧",
    "❤\ufe0f",
    "\u1161\u1100\u1161\u11a8",
    "한글",
    "病院ｶﾞ",
    "☰䷀𝌀𝍠",
    "\u302e\u3248",
    "☎✂⌚",
)
"""Text whose width depends on the terminal, if it is sent as it is."""


@pytest.mark.parametrize("text", [visible(each) for each in DOUBTFUL], ids=ascii)
def test_the_table_the_driver_the_list_and_terminals_agree_on_widths(tmux: TmuxJudge, text: str) -> None:
    width = cells_of(text)
    assert cell_len(text) == sum(width for _, width in clusters(text)) == width
    # After a character that combines only in fonts, pyte drops what is left: it gets the rest by itself.
    pieces = [f"{character}\x1b[m" for character in f"{text}|"]
    judge = PyteJudge(COLUMNS, LINES)
    judge.feed("".join(pieces))
    for picture in (judge.picture(), tmux.picture(f"{text}|", COLUMNS, LINES)):
        assert [seen for seen, _ in picture[0]].index("|") == width


def test_the_width_of_every_character_is_the_same_for_the_screen_and_for_lists() -> None:
    # Terminals differ about spacing marks of Indic scripts (Mc), which are parts of words.
    characters = [character for character in map(chr, range(0x110000)) if unicodedata.category(character) != "Mc"]
    # Together they are measured in a quarter of the time that they take one by one.
    together = [visible("a" + "a".join(characters[start : start + 16])) for start in range(0, len(characters), 16)]
    assert [text for text in together if not cells_of(text) == cell_len(text) == sum(map(wcwidth, text))] == []


@given(st.text())
def test_the_width_of_any_text_is_the_same_for_the_screen_and_for_lists(text: str) -> None:
    shown = visible(text)
    assert cells_of(shown) == cell_len(shown) == sum(width for _, width in clusters(shown))


def test_the_judges_can_tell_a_difference(tmux: TmuxJudge) -> None:
    pictures = []
    for stream in ("\x1b[41mab\x1b[K", "\x1b[41mab", "\x1b[41;1mab\x1b[K", "\x1b[41mab\x1b[0;44m\x1b[K", "\x1b[4mab"):
        judge = PyteJudge(COLUMNS, LINES)
        judge.feed(stream)
        pictures.append((judge.picture(), tmux.picture(stream, COLUMNS, LINES)))
    for which in range(2):
        seen = [each[which] for each in pictures]
        assert all(one != other for number, one in enumerate(seen) for other in seen[:number])


def test_the_judges_agree_on_what_is_written_where(tmux: TmuxJudge) -> None:
    stream = "\x1b[2;3H\x1b[1;31mfax\x1b[m\x1b[3;1H-\x1b[9b\x1b[7mx\x1b[m\x1b[3;4H\x1b[44m\x1b[5X\x1b[m"
    judge = PyteJudge(COLUMNS, LINES)
    judge.feed(stream)
    seen = [
        [[(text, bool(style.bg), style.codes) for text, style in row] for row in picture]
        for picture in (judge.picture(), tmux.picture(stream, COLUMNS, LINES))
    ]
    assert seen[0] == seen[1]
    assert seen[0][2][3:8] == [(" ", True, frozenset())] * 5
