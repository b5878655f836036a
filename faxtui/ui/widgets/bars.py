"""The bars around a screen: a line of text, the page bar and the key bar."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.message import Message
from textual.notifications import Notification
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from faxtui.translation import _
from faxtui.ui.display import DisplayOptions, Glyphs
from faxtui.ui.keymap import Action

SHORT = 10
"""Lines of a terminal below which there are no rules and no key bar."""


class TopLine(Widget):
    """A text at the left, another at the right, which gives way first if room is short."""

    DEFAULT_CSS = "TopLine { height: 1; }"

    def __init__(self, glyphs: Glyphs, left: str = "", right: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._texts: tuple[str, tuple[str, ...]] = (left, (right,))

    def show(self, left: str, *right: str) -> None:
        """Show these texts. Of several at the right, longest first, the first that fits is shown."""
        if (left, right) != self._texts:
            self._texts = (left, right)
            self.refresh()

    def render(self) -> Text:
        width = self.size.width - 2
        left = self._glyphs.cut(self._texts[0], width)
        room = width - cell_len(left) - 2
        texts = [self._glyphs.write(each) for each in self._texts[1]]
        right = next((each for each in texts if cell_len(each) <= room), "")
        if not right and texts and room > 8:
            right = self._glyphs.cut(texts[-1], room)
        gap = " " * max(width - cell_len(left) - cell_len(right), 0)
        return Text(f" {left}{gap}{right} ", no_wrap=True, overflow="crop", end="")


_TINY = 8
"""Lines of a terminal up to which a row is worth more than the second line of a sentence."""
PROBLEM = "!"
"""The sign of what went wrong, which is seen without colours too."""


class MessageBar(Widget):
    """The line between the rows and the page bar: a rule, or in its place the notifications that are shown now.

    It covers nothing: for several notifications, or a long one, it takes more lines from what is above it.
    """

    COMPONENT_CLASSES = {"message-bar--rule", "message-bar--problem"}
    DEFAULT_CSS = "MessageBar { height: 1; }"

    class Expired(Message):
        """A notification was shown for long enough."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._messages: tuple[Notification, ...] = ()
        self._expiry: Timer | None = None

    def show(self, notifications: Iterable[Notification]) -> None:
        """Show these notifications, each sentence once: every problem, and the newest of the others."""
        shown = tuple({each.message: each for each in notifications}.values())
        newest = next((each for each in reversed(shown) if each.severity == "information"), None)
        self._messages = tuple(each for each in shown if each.severity != "information" or each is newest)
        if self._expiry is not None:
            self._expiry.stop()
        if shown:
            seconds = min(each.time_left for each in shown)
            self._expiry = self.set_timer(max(seconds, 0) + 0.01, lambda: self.post_message(self.Expired()))
        self._adapt_height()
        self.refresh()

    def on_mount(self) -> None:
        # Without lines on a tiny terminal it hears of no other size.
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _screen: self._adapt_height())

    def on_resize(self) -> None:
        self._adapt_height()

    def render(self) -> Text:
        width = self.size.width
        text = Text(no_wrap=True, overflow="crop", end="")
        if not self._messages:
            return text.append("─" * width, self.get_component_rich_style("message-bar--rule"))
        for number, (line, is_problem) in enumerate(self._lines(width)):
            style = self.get_component_rich_style("message-bar--problem") if is_problem else ""
            text.append("\n" if number else "").append(line, style)
        return text

    def _adapt_height(self) -> None:
        fewest = 0 if self.app.size.height < SHORT else 1
        height = max(len(self._lines(self.size.width or self.app.size.width)), fewest)
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    def _lines(self, width: int) -> list[tuple[str, bool]]:
        """Return lines, and whether each tells of a problem: at most a third of the screen, the newest last."""
        lines = []
        for each in self._messages:
            is_problem = each.severity != "information"
            sentence = f"{PROBLEM} {each.message}" if is_problem else each.message
            wrapped = Text(sentence).wrap(self.app.console, max(width - 2, 10))
            lines += [(f" {str(line).rstrip()}", is_problem) for line in wrapped]
        return lines[-max(self.app.size.height // 3, 1) :]


class PageBar(Widget):
    """What part of how many is shown, as of when, and the state: one line, or more for a long state."""

    COMPONENT_CLASSES = {"page-bar--problem"}
    DEFAULT_CSS = "PageBar { height: 1; }"
    GAP = 3

    class ArrowClicked(Message):
        """An arrow at the page's position was clicked."""

        def __init__(self, forward: bool) -> None:
            super().__init__()
            self.forward = forward

    class PositionClicked(Message):
        """The page's position was clicked."""

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._position = ""
        self._as_of = ""
        self._state = ""
        self._problem = ""
        self._right = ""
        self._can_turn = (False, False)

    def show(
        self,
        position: str,
        as_of: str,
        state: str,
        right: str = "",
        *,
        problem: str = "",
        can_turn: tuple[bool, bool],
    ) -> None:
        """Show ``state`` and ``problem``, sentences, and ``right``, a short remark. ``can_turn``: which arrows work."""
        problem = f"{PROBLEM} {problem}" if problem else ""
        state = " · ".join(each for each in (state, problem) if each)
        texts = (position, as_of, state, problem, right, can_turn)
        if texts != (self._position, self._as_of, self._state, self._problem, self._right, self._can_turn):
            self._position, self._as_of, self._state, self._problem, self._right, self._can_turn = texts
            self._adapt_height()
            self.refresh()

    def on_resize(self) -> None:
        self._adapt_height()

    def on_click(self, event: events.Click) -> None:
        if event.y or not self._position:
            return
        closing = 3 + cell_len(self._glyphs.write(self._position))
        if event.x <= 2:
            self._turn(forward=False)
        elif event.x < closing:
            self.post_message(self.PositionClicked())
        elif event.x <= closing + 2:
            self._turn(forward=True)

    def _turn(self, *, forward: bool) -> None:
        if self._can_turn[forward]:
            self.post_message(self.ArrowClicked(forward))

    def render(self) -> Text:
        text = Text("\n".join(self._lines(self.size.width)), no_wrap=True, overflow="crop", end="")
        if self._position:
            opening, closing = self._arrows()
            for offset, works in zip((1, 3 + len(opening + self._position)), self._can_turn, strict=True):
                if not works:
                    text.stylize("dim", offset, offset + len(closing))
        start = text.plain.find(self._glyphs.write(self._problem)[:10]) if self._problem else -1
        if start >= 0:
            remark = text.plain.find(self._glyphs.write(self._right), start) if self._right else -1
            style = self.get_component_rich_style("page-bar--problem")
            text.stylize(style, start, len(text) if remark < 0 else remark)
        return text

    def _arrows(self) -> tuple[str, str]:
        return self._glyphs.write("‹"), self._glyphs.write("›")

    def _adapt_height(self) -> None:
        height = len(self._lines(self.size.width or self.app.size.width))
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    def _lines(self, width: int) -> list[str]:
        opening, closing = self._arrows()
        place = f"{opening} {self._glyphs.write(self._position)} {closing}" if self._position else ""
        as_of, state = (
            _("as of {time}").format(time=self._as_of) if self._as_of else "",
            self._glyphs.write(self._state),
        )
        for parts in ((place, as_of, state), (place, as_of), (place,)):
            first = self._with_remark((" " * self.GAP).join(part for part in parts if part), width)
            if cell_len(first) < width:
                break
        left = (as_of, state) if self.app.size.height > _TINY else (state,)
        rest = (" " * self.GAP).join(each for each in left if each and each not in parts)
        below = self._wrapped(rest, width) if rest else []
        if not place and below:
            return [*below, first] if self._right else below
        return [self._glyphs.cut(first, width), *below]

    def _with_remark(self, line: str, width: int) -> str:
        """Return ``line`` with the short remark at its end."""
        right = self._glyphs.write(self._right)
        gap = max(width - cell_len(line) - cell_len(right) - 2, self.GAP) if right else 0
        return f" {line}{' ' * gap}{right}"

    def _wrapped(self, state: str, width: int) -> list[str]:
        room = max(width - 2, 10)
        lines = [str(line).rstrip() for line in Text(state).wrap(self.app.console, room)]
        most = max(self.app.size.height // 3, 2 if self.app.size.height > _TINY else 1)
        if len(lines) > most:
            lines = [*lines[: most - 1], self._glyphs.cut(" ".join(lines[most - 1 :]), room)]
        return [f" {line}" for line in lines]


class KeyBar(Widget):
    """The most useful keys, as many as fit, read from the table of actions. A click does the same as the key."""

    DEFAULT_CSS = "KeyBar { height: 1; }"
    GAP = 2

    def __init__(self, options: DisplayOptions, actions: Iterable[Action], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._options = options
        self._actions = sorted((each for each in actions if each.bar), key=lambda each: each.bar)
        self._hint = ""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._update)

    def _update(self, _: Screen[object]) -> None:
        self.refresh()

    def hint(self, text: str) -> None:
        """Show this in place of the keys, which are letters while a field has the focus; empty: the keys again."""
        if text != self._hint:
            self._hint = text
            self.refresh()

    def _items(self) -> list[tuple[Action, str, bool]]:
        """Return what fits: the action, its key and label, and whether it can be done now."""
        if self._hint:
            return []
        enabled = {each.binding.id: each.enabled for each in self.screen.active_bindings.values()}
        room = self.size.width - 1
        items = []
        for action in self._actions:
            if action.id not in enabled:
                continue
            key = self._options.glyphs.write(self._options.keys.bar_label(action))
            room -= cell_len(key) + 1 + cell_len(_(action.label)) + self.GAP
            if room < -self.GAP:
                break
            items.append((action, key, enabled[action.id]))
        return items

    def render(self) -> Text:
        text = Text(f" {self._options.glyphs.write(self._hint)}", no_wrap=True, overflow="crop", end="")
        for action, key, enabled in self._items():
            text.append(key, "bold" if enabled else "dim")
            text.append(f" {_(action.label)}{' ' * self.GAP}", "" if enabled else "dim")
        return text

    async def on_click(self, event: events.Click) -> None:
        x = 1
        for action, key, enabled in self._items():
            width = cell_len(key) + 1 + cell_len(_(action.label))
            if x <= event.x < x + width and enabled:
                await self._run(action)
            x += width + self.GAP

    async def _run(self, action: Action) -> None:
        """Run it where it is bound: on this screen or in the application."""
        for active in list(self.screen.active_bindings.values()):
            if active.binding.id == action.id:
                await self.app.run_action(action.method, active.node)
                return
