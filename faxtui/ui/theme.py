"""The looks: one accent, everything else quiet. Which one suits a terminal is decided here."""

from __future__ import annotations

from textual.theme import Theme

from faxtui.terminal.capabilities import Capabilities, Colours

AUTO, DARK, LIGHT, ANSI = "auto", "dark", "light", "ansi"
_PREFIX = "faxtui-"
_CHOSEN = "ansi_white"
"""Stands for the terminal's own colours, reversed: ``plain`` makes that of any background."""


def _cursor(background: str, foreground: str) -> dict[str, str]:
    """The chosen line of a menu looks like the cursor's line of the table."""
    return {
        "block-cursor-background": background,
        "block-cursor-foreground": foreground,
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": background,
        "block-cursor-blurred-foreground": foreground,
    }


THEMES: tuple[Theme, ...] = (
    Theme(
        _PREFIX + DARK,
        primary="#6cb6d9",
        accent="#6cb6d9",
        error="#e88873",
        warning="#e0b05c",
        success="#7fbf8f",
        foreground="#d3d9e0",
        background="#14181d",
        surface="#14181d",
        panel="#1b2128",
        boost="#1b2128",
        variables={"quiet": "#8793a0", "rule": "#333d47", "line": "#263441", **_cursor("#263441", "#d3d9e0")},
    ),
    Theme(
        _PREFIX + LIGHT,
        primary="#0b6288",
        accent="#0b6288",
        error="#a8321c",
        warning="#7a5200",
        success="#1f6b36",
        foreground="#1d252c",
        background="#fbfbf9",
        surface="#fbfbf9",
        panel="#f0f0ec",
        boost="#f0f0ec",
        dark=False,
        variables={"quiet": "#5a6670", "rule": "#c8cdd1", "line": "#dbe7ee", **_cursor("#dbe7ee", "#1d252c")},
    ),
    Theme(
        _PREFIX + ANSI,
        ansi=True,
        primary="ansi_magenta",
        accent="ansi_magenta",
        error="ansi_red",
        warning="ansi_yellow",
        success="ansi_green",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables={
            "ansi-background": "ansi_default",
            "ansi-foreground": "ansi_default",
            "border": "ansi_default",
            "border-blurred": "ansi_default",
            "quiet": "ansi_default",
            "rule": "ansi_default",
            "line": _CHOSEN,
            "text-error": "ansi_red",
            "input-cursor-background": _CHOSEN,
            "input-cursor-text-style": "none",
            "input-selection-background": _CHOSEN,
            "scrollbar": "ansi_default",
            "scrollbar-hover": "ansi_default",
            "scrollbar-active": "ansi_default",
            "scrollbar-background": "ansi_default",
            "scrollbar-background-hover": "ansi_default",
            "scrollbar-background-active": "ansi_default",
            **_cursor(_CHOSEN, "ansi_default"),
        },
    ),
)


def theme_for(wanted: str, far_end: Capabilities) -> str:
    """The theme's name in Textual. Without colours, and over ssh, only the terminal's own are used."""
    if far_end.colours is Colours.NONE:
        return _PREFIX + ANSI
    if wanted != AUTO:
        return _PREFIX + wanted
    return _PREFIX + (ANSI if far_end.is_remote or far_end.colours < Colours.PALETTE else DARK)
