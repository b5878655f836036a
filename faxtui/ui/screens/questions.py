"""Questions before something is destroyed. They act only on a key that was pressed to answer them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Generic, TypeVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Label, Static

from faxtui.domain.fax import FROM, PAGES, RECEIVED, Fax, FaxKey, ValueFormat
from faxtui.domain.text import visible
from faxtui.operations.deletion import DeletionsView, Plan
from faxtui.translation import N_, _, ngettext
from faxtui.ui.display import Glyphs
from faxtui.ui.keymap import key_label
from faxtui.ui.screens.dialog import Chosen, Panel
from faxtui.ui.typed_keys import AttentiveApp

T = TypeVar("T")
_SCROLLING = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}
"""Keys that only scroll, and by how many lines."""
_CANCELLED = N_("Cancelled: that key is not a choice. Keys are ignored until you stop typing for half a second.")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A choice: ``value`` for its ``key``, or for its ``word`` followed by Enter or half a second of silence.

    ``label`` follows the key in the line of keys. ``at_once``: the key counts before that line is shown.
    """

    value: T
    label: str
    key: str = ""
    word: str = ""
    at_once: bool = False


class Question(Panel[Chosen[T]], Generic[T]):
    """A question that accepts an answer after half a second of silence since it was painted; then it shows the keys.

    An earlier Enter is dropped. Esc cancels; any other key that is not an answer, and a paste, cancel too, and the rest
    of that text is dropped. So no text that arrives as keys can answer, whatever it contains.
    """

    def __init__(self, glyphs: Glyphs, title: str, answers: Sequence[Answer[T]]) -> None:
        super().__init__(glyphs, title, "")
        self._answers = tuple(answers)
        self._typed = ""
        self._counts_from: float | None = None
        self._keys = Label(glyphs.write(self._hint_text()), classes="hint", markup=False)
        self._keys.visible = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Label(self._glyphs.write(self._title), classes="title", markup=False)
            yield self.content()
            yield self._keys

    def on_mount(self) -> None:
        self.app.app_suspend_signal.subscribe(self, lambda _: self._suspend())
        self.app.app_resume_signal.subscribe(self, lambda _: self._begin())

    def on_screen_resume(self) -> None:
        """Begin once it is painted, the first time or after something that covered it."""
        self._begin()

    # Keys

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key == "escape":
            self.dismiss(None)
        elif event.key in _SCROLLING:
            self.action_scroll_panel(_SCROLLING[event.key])
        elif self._counts_from is None or event.time < self._counts_from:
            self._handle_early(event)
        else:
            self._handle(event)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._cancel(event)

    def action_scroll_panel(self, lines: int) -> None:
        """Scroll the content, then the whole panel if the terminal has too few lines."""
        for each in (*self.query(VerticalScroll), self.query_one(".panel")):
            if each.scroll_y > 0 if lines < 0 else each.scroll_y < each.max_scroll_y:
                each.scroll_relative(y=lines, animate=False)
                return

    def _handle_early(self, event: events.Key) -> None:
        """Drop a key that would be an answer, or a letter of one."""
        answer = self._answer_of(event.key)
        if answer is not None and answer.at_once:
            self._choose(answer)
        elif event.key != "enter" and answer is None and not self._continues_word(event):
            self._cancel(event)
        elif self._counts_from is not None:
            self._begin()

    def _handle(self, event: events.Key) -> None:
        word = self._word
        if event.key == "enter" and word is not None:
            self._choose(word)
        elif event.key == "backspace":
            self._type(self._typed[:-1])
        elif self._typed:
            if self._continues_word(event):
                self._type(self._typed)
            else:
                self._cancel(event)
        elif (answer := self._answer_of(event.key)) is not None:
            self._choose(answer)
        elif self._continues_word(event):
            self._type(self._typed)
        elif event.key != "enter":
            self._cancel(event)

    def _answer_of(self, key: str) -> Answer[T] | None:
        return next((each for each in self._answers if each.key == key), None)

    @property
    def _word(self) -> Answer[T] | None:
        """The answer whose word was typed."""
        return next((each for each in self._answers if each.word and each.word == self._typed), None)

    def _continues_word(self, event: events.Key) -> bool:
        typed = self._typed + (event.character or "") if event.is_printable else ""
        is_begun = bool(typed) and any(each.word.startswith(typed) for each in self._answers)
        if is_begun:
            self._typed = typed
        return is_begun

    def _type(self, typed: str) -> None:
        """Show the part of a word that was typed. Accept it after a silence if it is complete."""
        self._typed = typed
        self._keys.update(self._glyphs.write(self._hint_text()))
        if self._word is not None:
            self.run_worker(self._accept(typed), exclusive=True)

    async def _accept(self, typed: str) -> None:
        await self._app.wait_for_silence()
        if self._word is not None and self._typed == typed:
            self._choose(self._word)

    def _choose(self, answer: Answer[T]) -> None:
        self.dismiss(Chosen(answer.value))

    def _cancel(self, event: events.Key | events.Paste) -> None:
        self._app.silence.drop_rest(event)
        self.dismiss(None)
        self.notify(_(_CANCELLED))

    # When keys count

    def _begin(self) -> None:
        """Wait for a silence once this is painted. Drop what was typed of a word."""
        self._counts_from = None
        self._keys.visible = False
        self.run_worker(self._show_keys(), exclusive=True)

    def _suspend(self) -> None:
        """Stop accepting keys: they may not be meant for the question."""
        self._counts_from = None

    async def _show_keys(self) -> None:
        painted = asyncio.Event()
        self.call_after_refresh(painted.set)
        await painted.wait()
        await self._app.wait_for_silence()
        # Keys count as soon as anybody can see the line that names them.
        self._counts_from = self._app.silence.now()
        self._typed = ""
        self._keys.update(self._glyphs.write(self._hint_text()))
        self._keys.visible = True

    def _hint_text(self) -> str:
        """Return the line of keys."""
        typed = [_("Typed: {text}").format(text=self._typed)] if self._typed else []
        cancel = _("Esc cancel")
        if self._word is not None:
            return "   ".join([*typed, f"{key_label('enter')} {self._word.label}", cancel])
        keys = [f"{key_label(each.key)} {each.label}" for each in self._answers if each.key]
        with_word = _("type {word}: {action}") if keys else _("Type {word} to {action}")
        words = [with_word.format(word=each.word, action=each.label) for each in self._answers if each.word]
        return "   ".join([*(typed or keys), cancel, *words] if keys else [*words, *typed, cancel])

    @property
    def _app(self) -> AttentiveApp:
        app = self.app
        assert isinstance(app, AttentiveApp)
        return app


class PlainQuestion(Question[T]):
    """A question with a sentence below its title."""

    def __init__(self, glyphs: Glyphs, title: str, sentence: str, answers: Sequence[Answer[T]]) -> None:
        super().__init__(glyphs, title, answers)
        self._sentence = Label(glyphs.write(f" {sentence}"), markup=False, classes="told")

    def content(self) -> Widget:
        return self._sentence


def replace_question(glyphs: Glyphs, title: str) -> Question[bool]:
    return PlainQuestion(glyphs, title, _("It already exists."), [Answer(True, _("replace it"), key="enter")])


MANY = 10
"""Most faxes that are deleted without typing their number."""
WITHOUT_COPIES = "delete"
"""Typed to delete without copies, in every language."""
_SENDER_WIDTH, _SENDER_WIDTH_IN_COLUMNS, _SENDER_WIDTH_AT_LEAST = 20, 13, 8
_INDENT, _GAP = 2, 2
_OTHER_LINES = 8
"""Lines of title, folder and keys on a narrow terminal."""


class DeletePanel(Question[bool]):
    """Ask before deleting: list the faxes and the folder for copies. Returns whether copies are saved first."""

    def __init__(
        self, glyphs: Glyphs, plan: Plan, here: Collection[FaxKey], destination: str, reading: ValueFormat
    ) -> None:
        count = len(plan.documents)
        title = ngettext(
            "Delete {count:,} fax from the service? This cannot be undone there.",
            "Delete {count:,} faxes from the service? This cannot be undone there.",
            count,
        )
        save = ngettext("save a copy, then delete", "save copies, then delete", count)
        without = ngettext("without a copy", "without copies", count)
        answers = [Answer(True, save, key="enter"), Answer(False, without, word=WITHOUT_COPIES)]
        super().__init__(glyphs, title.format(count=count), answers)
        self._plan = plan
        self._here = here
        self._destination = destination
        self._reading = reading
        self._list = Static(markup=False)
        self._scroll = VerticalScroll(self._list, can_focus=False, classes="listed")

    def content(self) -> Vertical:
        copies = _("Copies: {folder}").format(folder=visible(self._destination))
        return Vertical(self._scroll, Label(self._glyphs.write(f" {copies}"), markup=False, classes="told"))

    def on_resize(self, event: events.Resize) -> None:
        """Keep most of the table in sight, and the keys on a terminal with few lines."""
        width, height = event.size.width - 2, event.size.height
        self._scroll.styles.max_height = max(min(height // 3, height - _OTHER_LINES), 1)
        # Textual's layout never settles if the scroll bar takes the last columns.
        self._scroll.styles.scrollbar_size_vertical = 1 if width > _SENDER_WIDTH else 0
        lines = [*self._in_columns(width), *(f" {each}" for each in self._plan.remarks)]
        self._list.update(self._glyphs.write("\n".join(lines)))

    def _in_columns(self, width: int) -> Iterator[str]:
        """Yield lines, in two columns if they fit. Faxes that are not on the page come first: nobody sees them."""
        faxes = sorted(self._plan.documents, key=lambda fax: fax.key in self._here)
        in_columns = [self._in_words(fax, _SENDER_WIDTH_IN_COLUMNS) for fax in faxes]
        longest = max(map(cell_len, in_columns), default=0)
        if len(faxes) < 2 or 2 * (longest + _INDENT) + _GAP > width:
            rest = max(cell_len(self._in_words(fax, 0)) for fax in faxes)
            sender_width = max(min(_SENDER_WIDTH, width - _INDENT - rest - 1), _SENDER_WIDTH_AT_LEAST)
            yield from (f"{'':{_INDENT}}{self._in_words(fax, sender_width)}" for fax in faxes)
            return
        for row in range(ceil(len(faxes) / 2)):
            left, *right = in_columns[2 * row : 2 * row + 2]
            blank = " " * (longest - cell_len(left) + _GAP + _INDENT)
            yield f"{'':{_INDENT}}{left}{blank}{''.join(right)}".rstrip()

    def _in_words(self, fax: Fax, sender_width: int) -> str:
        sender = self._glyphs.cut(FROM.text(fax, self._reading), sender_width)
        blank = " " * (sender_width - cell_len(sender))
        count = 0 if fax.pages is None else fax.pages
        pages = ngettext("{count} page", "{count} pages", count).format(count=PAGES.text(fax, self._reading))
        where = "" if fax.key in self._here else f"   ({_('not on this page')})"
        return f"{RECEIVED.text(fax, self._reading)}  {sender}{blank}  {pages}{where}"


def count_question(glyphs: Glyphs, count: int, *, with_copies: bool) -> Question[bool]:
    """Ask for the number of faxes, so that a slip does not delete many."""
    copies, none = _("Save copies of {count:,} faxes, then delete them?"), _("Delete {count:,} faxes without copies?")
    title = (copies if with_copies else none).format(count=count)
    sentence, answers = _("This cannot be undone on the service."), [Answer(True, _("confirm"), word=str(count))]
    return PlainQuestion(glyphs, title, sentence, answers)


class LeavePanel(Question[bool]):
    """Ask before quitting while deletes wait. Returns whether to wait for them; closes when none is left."""

    def __init__(self, glyphs: Glyphs, deletions: DeletionsView) -> None:
        finish = Answer(True, _("finish, then quit"), key="enter")
        quit_now = Answer(False, _("quit now and keep them"), key="q", at_once=True)
        super().__init__(glyphs, _("Quit while faxes wait to be deleted?"), [finish, quit_now])
        self._progress = Label(markup=False, classes="told")
        self._deletions = deletions

    def content(self) -> Label:
        return self._progress

    def compose(self) -> ComposeResult:
        yield from super().compose()
        self.follow(self._deletions)

    def follow(self, deletions: DeletionsView) -> None:
        """Show how far the deletes are."""
        if not deletions.unsent:
            self.dismiss(Chosen(True))
        else:
            sentence = _("Now: {progress}. What was not sent stays on the service.")
            self._progress.update(self._glyphs.write(f" {sentence.format(progress=deletions.progress)}"))
