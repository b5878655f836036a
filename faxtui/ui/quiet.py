"""Textual without what moves, blinks or colours for its own sake: each of it costs bytes, and tells nothing."""

from __future__ import annotations

from collections.abc import Sequence

from textual._styles_cache import StylesCache
from textual.await_complete import AwaitComplete
from textual.driver import Driver
from textual.filter import LineFilter, NoColor

from faxtui.terminal.capabilities import Capabilities, Colours
from faxtui.ui.plain import AsciiOnly, ReversedBackgrounds, VisibleOnly
from faxtui.ui.silence import AttentiveApp, Silence

_VISIBLE_ONLY = VisibleOnly()


class QuietApp(AttentiveApp, inherit_bindings=False):
    """An application for the terminal at the ``far_end``. Left alone, it sends nothing."""

    ALLOW_SELECT = False

    def __init__(self, driver: type[Driver] | None, far_end: Capabilities, silence: Silence) -> None:
        self.silence = silence
        super().__init__(driver_class=driver, ansi_color=True if far_end.colours is Colours.NONE else None)
        self.animation_level = "none"
        self._characters = () if far_end.utf8 else (AsciiOnly(),)
        self._colours = (ReversedBackgrounds(), NoColor(far_end.colours is Colours.NONE))

    def begin_with(self, theme: str) -> None:
        """Start with this theme. Setting it, as later on, would have every style read twice before the first frame."""
        self.set_reactive(AttentiveApp.theme, theme)
        is_dark = self.current_theme.dark
        classes = {f"-theme-{theme}": True, "-dark-mode": is_dark, "-light-mode": not is_dark}
        self.update_classes(classes, update=False)
        self.stylesheet.set_variables(self.get_css_variables())
        self._refresh_truecolor_filter(self.ansi_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        colours = self._colours if self.native_ansi_color else ()
        return [
            _VISIBLE_ONLY,
            *self._characters,
            *(each for each in colours if each.enabled),
            *super().get_line_filters(),
        ]

    def pop_screen(self) -> AwaitComplete:
        popped = super().pop_screen()
        # The cache of this function keeps the last 1,024 widgets alive, with all that they have painted.
        StylesCache.get_inner_outer.cache_clear()
        return popped

    def _set_pointer_shape(self, shape: str) -> None:
        """Not set: where the mouse is, nobody asks the terminal for."""
