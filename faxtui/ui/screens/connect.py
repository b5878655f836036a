"""Asking for a password, over the rows that are there.

Connecting to an account that is not configured yet, or looking around first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Select

from faxtui.config.new_account import NewAccount, PasswordStorage
from faxtui.config.settings import DEFAULT_BASE_URL
from faxtui.domain.account import Account
from faxtui.domain.service import DocumentService
from faxtui.domain.text import counted, duration, visible
from faxtui.errors import (
    ConfigurationError,
    FaxtuiError,
    InvalidValue,
    NoSignIn,
    SignInRefused,
    Unreachable,
    WrongAddress,
)
from faxtui.inbox.connection import ConnectionCheck, check_connection
from faxtui.translation import _
from faxtui.ui.display import DisplayOptions
from faxtui.ui.glyphs import Glyphs
from faxtui.ui.screens.dialog import Chosen as Answered
from faxtui.ui.screens.dialog import Form, Panel
from faxtui.ui.session import AccountServices, SessionConfig
from faxtui.ui.widgets.bars import TopLine
from faxtui.ui.widgets.choices import ChoiceField
from faxtui.ui.widgets.filter_sidebar import Labelled, Line


class SignInPanel(Panel[str]):
    """Gives the password typed; it is tried once. The one that was just refused is not accepted: accounts lock."""

    def __init__(self, glyphs: Glyphs, login: str, reason: str, refused: str = "") -> None:
        super().__init__(glyphs, "Sign in", "Enter sign in   Esc cancel")
        self._login = login
        self._reason = reason
        self._refused = refused

    def content(self) -> Widget:
        self._labelled = Labelled(f"Password of {visible(self._login)}", Line(password=True, id="password"))
        reason = Label(self._glyphs.write(visible(self._reason)), markup=False, classes="reason")
        return Vertical(reason, self._labelled)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if not event.value:
            self._labelled.show_error("Type the password.")
        elif event.value == self._refused:
            self._labelled.show_error(
                "This password was just refused. Sending it again may lock the account. Type another one."
            )
        else:
            self.dismiss(event.value)


_CLOSE_ENOUGH = 2
"""Seconds that the clocks may differ without a word about it (the service's ``Date`` has whole seconds)."""
_LABELS = {
    "profile": "Profile",
    "base_url": "Address",
    "login": "Login",
    "password": "Password",
    "command": "Command",
}


class ConnectScreen(Form[None]):
    """Tries what was typed, saves it when asked, and goes on to the list."""

    class Chosen(Message):
        """This account is to be shown."""

        def __init__(self, config: SessionConfig) -> None:
            super().__init__()
            self.config = config

    BINDINGS = [("escape,q", "leave", "Back")]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-wide")]

    def __init__(
        self,
        options: DisplayOptions,
        services: AccountServices,
        reason: str,
        *,
        profiles: Sequence[str],
        is_first: bool,
    ) -> None:
        super().__init__()
        self._options = options
        self._services = services
        self._reason = reason
        self._profiles = tuple(profiles)
        self._is_first = is_first
        self._trying: NewAccount | None = None
        self._tried: Account | None = None
        self._refused: Account | None = None
        self._lines = {
            "profile": Line("" if profiles else "main", placeholder="a name of its own, such as night"),
            "base_url": Line(DEFAULT_BASE_URL),
            "login": Line(placeholder="such as 60300.console"),
            "password": Line(password=True),
            "command": Line(placeholder="such as pass show fax"),
        }
        self._fields = {name: Labelled(_LABELS[name], line) for name, line in self._lines.items()}
        self._storage = ChoiceField(
            [(_(each.value), each) for each in PasswordStorage],
            value=PasswordStorage.NOWHERE,
            allow_blank=False,
            compact=True,
        )
        self._untouched = self._typed()
        self._said = Label("", markup=False, classes="said")
        self._hint = TopLine(options.glyphs, id="keys")

    def compose(self) -> ComposeResult:
        yield TopLine(self._options.glyphs, "faxtui  Connect to Odyssey", id="title")
        with VerticalScroll(can_focus=False):
            yield Label(self._options.glyphs.write(self._reason), markup=False, classes="reason")
            for name in ("profile", "base_url", "login", "password"):
                yield self._fields[name]
            yield Labelled(_("Password storage"), self._storage)
            yield self._fields["command"]
            yield self._said
            with Horizontal(classes="buttons"):
                yield _button("Test connection", "try")
                yield _button("Save and open", "save")
                yield _button("Try the demo", "demo")
                yield _button("Quit", "quit") if self._is_first else _button("Back", "back")
        yield self._hint

    def on_mount(self) -> None:
        self._fields["command"].display = False
        self._lines["profile" if self._profiles else "login"].focus()

    # Fields

    @on(events.DescendantFocus)
    def _tell_keys(self) -> None:
        match self.focused:
            case Button():
                use = "↑ ↓ ← → or Tab move   Enter press"
            case Input():
                use = "↑ ↓ or Tab move   Enter try it"
            case _:
                use = "↑ ↓ or Tab move   Enter choose"
        self._hint.show(self._options.glyphs.write(use), "Ctrl+C quit" if self._is_first else "Esc back")

    @on(Select.Changed)
    def _storage_chosen(self) -> None:
        """What a command prints is not typed."""
        by_command = self._storage.value is PasswordStorage.COMMAND
        if by_command == self._fields["command"].display:
            return
        self._fields["command"].display = by_command
        self._fields["password"].display = not by_command
        if by_command:
            self._lines["command"].focus()
        self._show_message()

    @on(Input.Changed)
    def _typed_in(self, event: Input.Changed) -> None:
        for name, line in self._lines.items():
            if line is event.input:
                self._fields[name].show_error()

    # What the buttons do

    @on(Input.Submitted)
    @on(Button.Pressed, "#try")
    def _try(self) -> None:
        """A second Enter does not send again what is on its way."""
        typed = self._typed()
        if typed != self._trying:
            self._run_trial(typed)

    @work(exclusive=True)
    async def _run_trial(self, typed: NewAccount) -> None:
        self._trying = typed
        self._show_message("asking …   Esc stops it" if self._is_first else "asking …")
        try:
            _check_for_trial(typed)
            service = await asyncio.to_thread(self._connect, typed)
            self._show_message(_in_words(await check_connection(service, self._services.new_clock())))
        except SignInRefused as error:
            self._refused = self._tried
            self._show_error(error, typed)
        except FaxtuiError as error:
            self._show_error(error, typed)
        finally:
            if self._trying is typed:
                self._trying = None

    def _connect(self, typed: NewAccount) -> DocumentService:
        """Raises SignInRefused for what was just refused, even if a command prints it: accounts lock."""
        account = self._services.read_account(typed)
        if account == self._refused:
            raise SignInRefused(
                "This sign-in was just refused. Sending it again may lock the account. Change login or password first."
            )
        self._tried = account
        return self._services.connect(account)

    @on(Button.Pressed, "#save")
    @work(exclusive=True)
    async def _save(self) -> None:
        typed = self._typed()
        self._show_message("saving …")
        try:
            if typed.profile in self._profiles and not await self._may_replace(typed.profile):
                self._show_message()
                return
            self.post_message(self.Chosen(await asyncio.to_thread(self._services.save_account, typed)))
        except FaxtuiError as error:
            self._show_error(error, typed)

    @on(Button.Pressed, "#demo")
    def _look_around(self) -> None:
        self.post_message(self.Chosen(self._services.open_demo()))

    @on(Button.Pressed, "#quit")
    async def _quit(self) -> None:
        await self.run_action("app.quit")

    @on(Button.Pressed, "#back")
    async def action_leave(self) -> None:
        """Ask before what was typed is discarded. If there is nowhere to go back to, stop what is running."""
        from faxtui.ui.screens.questions import Answer, PlainQuestion

        if not self._is_first and self._typed() == self._untouched:
            self.dismiss(None)
        elif not self._is_first:
            answers = [Answer(True, "discard", key="enter")]
            sentence = "The account is not saved."
            question = PlainQuestion(self._options.glyphs, "Discard what you typed?", sentence, answers)
            await self.app.push_screen(question, self._leave)
        elif any(not each.is_finished for each in self.workers if each.node is self):
            self.workers.cancel_node(self)
            self._show_message("Stopped. What you typed is still here.")

    def _leave(self, confirmed: Answered[bool] | None) -> None:
        if confirmed is not None:
            self.dismiss(None)

    # What was typed, and what is said about it

    def _typed(self) -> NewAccount:
        storage = self._storage.value
        typed = {name: line.value if name == "password" else line.value.strip() for name, line in self._lines.items()}
        return NewAccount(storage=storage if isinstance(storage, PasswordStorage) else PasswordStorage.NOWHERE, **typed)

    async def _may_replace(self, profile: str) -> bool:
        """Ask before a profile is replaced."""
        from faxtui.ui.screens.questions import replace_question

        question = replace_question(self._options.glyphs, f"the profile “{visible(profile)}”")
        return await self.app.push_screen_wait(question) is not None

    def _show_message(self, sentence: str = "") -> None:
        for each in self._fields.values():
            each.show_error()
        self._said.update(self._options.glyphs.write(sentence))

    def _show_error(self, error: FaxtuiError, typed: NewAccount) -> None:
        sentence, name = self._options.glyphs.write(visible(str(error))), _field_of(error, typed)
        field = self._fields.get(name)
        self._show_message("" if field else sentence)
        if field is None:
            return
        field.show_error(sentence)
        if not isinstance(self.focused, Button) or name != "profile":
            field.field.focus()


def _button(label: str, id: str) -> Button:
    """In brackets, so that it is seen to be one without colours; while it shows that it was pressed, Textual would drop
    the next press."""
    button = Button(Content(f"[ {label} ]"), id=id, compact=True)
    button.active_effect_duration = 0
    return button


def _check_for_trial(typed: NewAccount) -> None:
    """Raises InvalidValue where there is no password to try, so that nobody is asked anything."""
    if typed.login and typed.storage is not PasswordStorage.COMMAND and not typed.password:
        raise InvalidValue("Type the password.", "password")


def _field_of(error: FaxtuiError, typed: NewAccount) -> str:
    """Which field to mend; empty where that can't be said."""
    if isinstance(error, InvalidValue):
        return error.field
    if isinstance(error, ConfigurationError) and ":" in typed.login:
        return "login"
    if isinstance(error, ConfigurationError | Unreachable | WrongAddress):
        return "base_url"
    if isinstance(error, SignInRefused | NoSignIn):
        return "command" if typed.storage is PasswordStorage.COMMAND else "password"
    return ""


def _in_words(trial: ConnectionCheck) -> str:
    """``signed in; 1,234 faxes in the last 7 days; the service's clock is 12 seconds ahead``."""
    faxes = "faxes of the last 7 days" if trial.total is None else counted(trial.total, "fax", "faxes")
    ahead = round(trial.ahead.total_seconds())
    parts = ["signed in", faxes if trial.total is None else f"{faxes} in the last 7 days"]
    if abs(ahead) > _CLOSE_ENOUGH:
        parts.append(f"the service's clock is {duration(abs(ahead))} {'ahead' if ahead > 0 else 'behind'}")
    return "; ".join(parts)
