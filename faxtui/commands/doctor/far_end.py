"""What the terminal can show."""

from __future__ import annotations

from collections.abc import Iterator

from faxtui.commands.doctor.finding import Finding, Topic, ok, skipped, warning
from faxtui.commands.doctor.subject import Subject
from faxtui.terminal.capabilities import Capabilities, Colours, capabilities

_COLUMNS, _ROWS = 80, 24
_COLOURS = {
    Colours.NONE: "no colours",
    Colours.SIXTEEN: "16 colours",
    Colours.PALETTE: "256 colours",
    Colours.TRUE: "true colour",
}


def check_terminal(subject: Subject) -> Finding:
    size = subject.terminal
    if size is None:
        return skipped(Topic.TERMINAL, "none here; to browse faxes there must be one.")
    found = capabilities(subject.environ)
    said = ", ".join(
        (
            f"{size.columns}×{size.lines}",
            _COLOURS[found.colours],
            "UTF-8" if found.utf8 else "no UTF-8",
            "mouse" if subject.settings.ui.mouse else "mouse off",
            *(["over ssh"] if found.is_remote else []),
        )
    )
    advice = " ".join(_advice(subject, found, is_small=size.columns < _COLUMNS or size.lines < _ROWS))
    return warning(Topic.TERMINAL, f"{said}. {advice}") if advice else ok(Topic.TERMINAL, said)


def _advice(subject: Subject, found: Capabilities, *, is_small: bool) -> Iterator[str]:
    term = subject.environ.get("TERM", "")
    if found.is_dumb:
        yield f"TERM is “{term}”, which can't move its cursor: set it to what the terminal is, such as xterm-256color."
    if is_small:
        yield f"Make it {_COLUMNS}×{_ROWS} or larger: less shows only a part."
    if not found.utf8 and term != "linux":
        yield "If it can show UTF-8, set LANG to a locale that says so, such as C.UTF-8; until then ASCII stands in."
