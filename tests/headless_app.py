"""The application for tests: paints only when a test looks at the screen, and parses each stylesheet once."""

from pathlib import Path

from rich.console import RenderableType
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.dom import DOMNode
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from faxtui.ui import app
from faxtui.ui.app import FaxApp
from faxtui.ui.session import AppConfig


class HeadlessCompositor(Compositor):
    """Lays out, but paints nothing for a headless driver, which drops it: only what is asked for, once a frame."""

    def __init__(self, *, paints: bool) -> None:
        super().__init__()
        self._paints = paints
        self._behind: list[Screen[object]] = []
        self._frame: list[Strip] | None = None
        self._lines: list[str] | None = None

    def render_update(
        self, full: bool = False, screen_stack: list[Screen[object]] | None = None, simplify: bool = False
    ) -> RenderableType | None:
        self._frame = self._lines = None
        self._behind = screen_stack or []
        if self._paints:
            return super().render_update(full, screen_stack, simplify)
        self._dirty_regions.clear()
        return None

    @property
    def frame(self) -> list[Strip]:
        if self._frame is None:
            # A context variable: what the screen's own task has set is not set in the test's.
            visible_screen_stack.set(self._behind)
            self._frame = self.render_strips()
        return self._frame

    @property
    def lines(self) -> list[str]:
        if self._lines is None:
            self._lines = [strip.text for strip in self.frame]
        return self._lines


class SharedStylesheet(Stylesheet):
    """Takes rules from those that were parsed before, for another application."""

    _parsed: dict[tuple[object, ...], list[RuleSet]] = {}

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        key = (frozenset(self._variables.items()), css, read_from, is_default_rules, tie_breaker, scope)
        if key not in self._parsed:
            self._parsed[key] = super()._parse_rules(css, read_from, is_default_rules, tie_breaker, scope)
        return self._parsed[key]


class HeadlessApp(FaxApp, inherit_bindings=False):
    """The application without the work that nobody sees, unless it ``paints``: for tests of what painting leaves."""

    CSS_PATH = str(Path(app.__file__).with_name("faxtui.tcss"))
    BINDINGS = FaxApp.BINDINGS

    def __init__(self, start: AppConfig, *, paints: bool) -> None:
        super().__init__(start)
        self._paints = paints
        self.stylesheet = SharedStylesheet(variables=self.stylesheet._variables)

    def _register_child(self, parent: DOMNode, child: Widget, before: int | None, after: int | None) -> None:
        if isinstance(child, Screen):
            child._compositor = HeadlessCompositor(paints=self._paints)
        super()._register_child(parent, child, before, after)
