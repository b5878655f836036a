"""Connecting to an account that is not configured yet, or looking around first."""

from __future__ import annotations

import asyncio

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Button, Input, Label, Select

from faxtui.config.enrolment import Enrolment, Keep
from faxtui.config.settings import DEFAULT_BASE_URL
from faxtui.domain.text import counted, visible
from faxtui.errors import FaxtuiError, InvalidValue
from faxtui.inbox.trial import Trial, try_out
from faxtui.ui.launch import Doors, Launch
from faxtui.ui.look import Look
from faxtui.ui.screens.closing import ClosesOnce
from faxtui.ui.widgets.labelled import Labelled, Line
from faxtui.ui.widgets.line import TopLine

_CLOSE_ENOUGH = 2
"""Seconds that the clocks may differ without a word about it (the service's ``Date`` has whole seconds)."""


class ConnectScreen(ClosesOnce[None]):
    """Tries what was typed, saves it when asked, and goes on to the list."""

    class Chosen(Message):
        """This account is to be shown."""

        def __init__(self, launch: Launch) -> None:
            super().__init__()
            self.launch = launch

    BINDINGS = [("escape", "leave", "Back")]

    def __init__(self, look: Look, doors: Doors, reason: str, *, is_first: bool) -> None:
        super().__init__()
        self._look = look
        self._doors = doors
        self._reason = reason
        self._is_first = is_first
        self._lines = {
            "profile": Line("main" if is_first else ""),
            "base_url": Line(DEFAULT_BASE_URL),
            "login": Line(placeholder="60300.console"),
            "password": Line(password=True),
            "command": Line(placeholder="pass show fax"),
        }
        labels = ("Profile", "Address", "Login", "Password", "Command")
        self._fields = {
            name: Labelled(label, line) for label, (name, line) in zip(labels, self._lines.items(), strict=True)
        }
        self._keep = Select([(each.value, each) for each in Keep], value=Keep.NOWHERE, allow_blank=False, compact=True)
        self._said = Label("", markup=False, classes="said")

    def compose(self) -> ComposeResult:
        yield TopLine(self._look.marks, "faxtui  Connect to Odyssey")
        with VerticalScroll():
            yield Label(self._look.marks.write(self._reason), markup=False, classes="reason")
            for name in ("profile", "base_url", "login", "password"):
                yield self._fields[name]
            yield Labelled("Keep the password", self._keep)
            yield self._fields["command"]
            with Horizontal(classes="buttons"):
                yield Button("Try it", id="try", compact=True)
                yield Button("Save and open", id="save", compact=True)
                yield Button("Look around with sample faxes", id="demo", compact=True)
                yield Button("Quit", id="quit", compact=True)
            yield self._said
        yield TopLine(self._look.marks, "Tab next field   Enter try it   Ctrl+C quit")

    def on_mount(self) -> None:
        self._show_command()
        self._lines["login" if self._is_first else "profile"].focus()

    @on(Select.Changed)
    def _show_command(self) -> None:
        self._fields["command"].display = self._keep.value is Keep.COMMAND

    @on(Input.Submitted)
    @on(Button.Pressed, "#try")
    @work(exclusive=True)
    async def _try(self) -> None:
        self._say("asking …")
        try:
            service = await asyncio.to_thread(self._doors.connect, self._typed())
            self._say(_in_words(await try_out(service, self._doors.clock())))
        except FaxtuiError as error:
            self._complain(error)

    @on(Button.Pressed, "#save")
    @work(exclusive=True)
    async def _save(self) -> None:
        self._say("saving …")
        try:
            self.post_message(self.Chosen(await asyncio.to_thread(self._doors.enrol, self._typed())))
        except FaxtuiError as error:
            self._complain(error)

    @on(Button.Pressed, "#demo")
    def _look_around(self) -> None:
        self.post_message(self.Chosen(self._doors.demo()))

    @on(Button.Pressed, "#quit")
    def _quit(self) -> None:
        self.app.exit()

    def action_leave(self) -> None:
        if not self._is_first:
            self.dismiss(None)

    def _typed(self) -> Enrolment:
        keep = self._keep.value
        typed = {name: line.value if name == "password" else line.value.strip() for name, line in self._lines.items()}
        return Enrolment(keep=keep if isinstance(keep, Keep) else Keep.NOWHERE, **typed)

    def _say(self, sentence: str) -> None:
        for each in self._fields.values():
            each.complain()
        self._said.update(self._look.marks.write(sentence))

    def _complain(self, error: FaxtuiError) -> None:
        sentence = visible(str(error))
        field = self._fields.get(error.field) if isinstance(error, InvalidValue) else None
        self._say("" if field else sentence)
        if field is not None:
            field.complain(self._look.marks.write(sentence))


def _in_words(trial: Trial) -> str:
    """``signed in; 1,234 faxes in the last 7 days; the service's clock is 12 s ahead``."""
    faxes = "faxes of the last 7 days" if trial.total is None else counted(trial.total, "fax", "faxes")
    ahead = round(trial.ahead.total_seconds())
    parts = ["signed in", faxes if trial.total is None else f"{faxes} in the last 7 days"]
    if abs(ahead) > _CLOSE_ENOUGH:
        parts.append(f"the service's clock is {abs(ahead):,} s {'ahead' if ahead > 0 else 'behind'}")
    return "; ".join(parts)
