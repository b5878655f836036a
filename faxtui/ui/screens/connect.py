"""Signing in: the password of an account, and an account that is not configured yet."""

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
from faxtui.domain.account import BASE_URL, Account
from faxtui.domain.service import DocumentService
from faxtui.domain.text import duration, visible
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
from faxtui.translation import N_, _, ngettext
from faxtui.ui.display import DisplayOptions, Glyphs
from faxtui.ui.screens.dialog import Chosen as Answered
from faxtui.ui.screens.dialog import Form, Panel
from faxtui.ui.session import AccountServices, SessionConfig
from faxtui.ui.widgets.bars import TopLine
from faxtui.ui.widgets.fields import ChoiceField, Labelled, Line


class SignInPanel(Panel[str]):
    """Ask for the password, which is sent once. The one just refused is not accepted: accounts lock."""

    def __init__(self, glyphs: Glyphs, login: str, reason: str, refused: str = "") -> None:
        super().__init__(glyphs, _("Sign in"), _("Enter sign in   Esc cancel"))
        self._login = login
        self._reason = reason
        self._refused = refused

    def content(self) -> Widget:
        self._labelled = Labelled(
            _("Password of {login}").format(login=visible(self._login)), Line(password=True, id="password")
        )
        reason = Label(self._glyphs.write(visible(self._reason)), markup=False, classes="reason")
        return Vertical(reason, self._labelled)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if not event.value:
            self._labelled.show_error(_("Type the password."))
        elif event.value == self._refused:
            self._labelled.show_error(
                _("This password was just refused. Sending it again may lock the account. Type another one.")
            )
        else:
            self.dismiss(event.value)


_CLOSE_ENOUGH = 2
"""Seconds by which the clocks may differ unreported (the service's ``Date`` has whole seconds)."""
_LABELS = {
    "profile": N_("Profile"),
    "base_url": N_("Address"),
    "login": N_("Login"),
    "password": N_("Password"),
    "command": N_("Command"),
}


class ConnectScreen(Form[None]):
    """A form for an account: test the connection, save it, open the list."""

    class Chosen(Message):
        """Show this account."""

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
        self._testing: NewAccount | None = None
        self._tested: Account | None = None
        self._refused: Account | None = None
        self._lines = {
            "profile": Line("" if profiles else "main", placeholder=_("such as night")),
            "base_url": Line(BASE_URL),
            "login": Line(placeholder=_("such as 60300.console")),
            "password": Line(password=True),
            "command": Line(placeholder=_("such as pass show fax")),
        }
        self._fields = {name: Labelled(_(_LABELS[name]), line) for name, line in self._lines.items()}
        self._storage = ChoiceField(
            [(_(each.value), each) for each in PasswordStorage],
            value=PasswordStorage.NOWHERE,
            allow_blank=False,
            compact=True,
        )
        self._untouched = self._typed()
        self._message = Label("", markup=False, classes="said")
        self._hint = TopLine(options.glyphs, id="keys")

    def compose(self) -> ComposeResult:
        yield TopLine(self._options.glyphs, _("faxtui  Connect to Odyssey"), id="title")
        with VerticalScroll(can_focus=False):
            yield Label(self._options.glyphs.write(self._reason), markup=False, classes="reason")
            for name in ("profile", "base_url", "login", "password"):
                yield self._fields[name]
            yield Labelled(_("Password storage"), self._storage)
            yield self._fields["command"]
            yield self._message
            with Horizontal(classes="buttons"):
                yield _button(_("Test connection"), "try")
                yield _button(_("Save and open"), "save")
                yield _button(_("Try the demo"), "demo")
                yield _button(_("Quit"), "quit") if self._is_first else _button(_("Back"), "back")
        yield self._hint

    def on_mount(self) -> None:
        self._fields["command"].display = False
        self._lines["profile" if self._profiles else "login"].focus()

    # Fields

    @on(events.DescendantFocus)
    def _show_keys(self) -> None:
        match self.focused:
            case Button():
                keys = _("↑ ↓ ← → or Tab move   Enter press")
            case Input():
                keys = _("↑ ↓ or Tab move   Enter test connection")
            case _:
                keys = _("↑ ↓ or Tab move   Enter choose")
        self._hint.show(keys, _("Ctrl+C quit") if self._is_first else _("Esc back"))

    @on(Select.Changed)
    def _storage_chosen(self) -> None:
        """Show the field of the command or of the password."""
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
    def _test(self) -> None:
        """Test what was typed, unless a test of it is running."""
        typed = self._typed()
        if typed != self._testing:
            self._run_test(typed)

    @work(exclusive=True)
    async def _run_test(self, typed: NewAccount) -> None:
        self._testing = typed
        self._show_message(_("connecting …   Esc stop") if self._is_first else _("connecting …"))
        try:
            _check_for_test(typed)
            service = await asyncio.to_thread(self._connect, typed)
            self._show_message(_in_words(await check_connection(service, self._services.new_clock())))
        except SignInRefused as error:
            self._refused = self._tested
            self._show_error(error, typed)
        except FaxtuiError as error:
            self._show_error(error, typed)
        finally:
            if self._testing is typed:
                self._testing = None

    def _connect(self, typed: NewAccount) -> DocumentService:
        """Raises SignInRefused for what was just refused, even if a command prints it: accounts lock."""
        account = self._services.read_account(typed)
        if account == self._refused:
            raise SignInRefused(
                "This sign-in was just refused. Sending it again may lock the account. Change login or password first."
            )
        self._tested = account
        return self._services.connect(account)

    @on(Button.Pressed, "#save")
    @work(exclusive=True)
    async def _save(self) -> None:
        typed = self._typed()
        self._show_message(_("saving …"))
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
        """Go back; ask before what was typed is discarded. On the first screen, stop the test instead."""
        from faxtui.ui.screens.questions import Answer, PlainQuestion

        if not self._is_first and self._typed() == self._untouched:
            self.dismiss(None)
        elif not self._is_first:
            answers = [Answer(True, _("discard"), key="enter")]
            sentence = _("The account is not saved.")
            question = PlainQuestion(self._options.glyphs, _("Discard what you typed?"), sentence, answers)
            await self.app.push_screen(question, self._leave)
        elif any(not each.is_finished for each in self.workers if each.node is self):
            self.workers.cancel_node(self)
            self._show_message(_("Stopped. What you typed is still here."))

    def _leave(self, confirmed: Answered[bool] | None) -> None:
        if confirmed is not None:
            self.dismiss(None)

    # What was typed, and what is wrong with it

    def _typed(self) -> NewAccount:
        storage = self._storage.value
        typed = {name: line.value if name == "password" else line.value.strip() for name, line in self._lines.items()}
        return NewAccount(storage=storage if isinstance(storage, PasswordStorage) else PasswordStorage.NOWHERE, **typed)

    async def _may_replace(self, profile: str) -> bool:
        """Ask before a profile is replaced."""
        from faxtui.ui.screens.questions import replace_question

        question = replace_question(
            self._options.glyphs, _("Replace the profile “{name}”?").format(name=visible(profile))
        )
        return await self.app.push_screen_wait(question) is not None

    def _show_message(self, sentence: str = "") -> None:
        for each in self._fields.values():
            each.show_error()
        self._message.update(self._options.glyphs.write(sentence))

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
    """Return a button in brackets, which shows without colours that it is one.

    It has no effect of being pressed: Textual would drop the next press meanwhile.
    """
    button = Button(Content(f"[ {label} ]"), id=id, compact=True)
    button.active_effect_duration = 0
    return button


def _check_for_test(typed: NewAccount) -> None:
    """Raise InvalidValue if there is no password, so that no request is sent."""
    if typed.login and typed.storage is not PasswordStorage.COMMAND and not typed.password:
        raise InvalidValue(_("Type the password."), "password")


def _field_of(error: FaxtuiError, typed: NewAccount) -> str:
    """Return the field to correct; empty if unknown."""
    if isinstance(error, InvalidValue):
        return error.field
    if isinstance(error, ConfigurationError) and ":" in typed.login:
        return "login"
    if isinstance(error, ConfigurationError | Unreachable | WrongAddress):
        return "base_url"
    if isinstance(error, SignInRefused | NoSignIn):
        return "command" if typed.storage is PasswordStorage.COMMAND else "password"
    return ""


def _in_words(check: ConnectionCheck) -> str:
    """Return ``Connected: 1,234 faxes in the last 7 days; the service's clock is 12 seconds ahead``."""
    if check.total is None:
        result = _("Connected")
    else:
        result = ngettext(
            "Connected: {count:,} fax in the last 7 days",
            "Connected: {count:,} faxes in the last 7 days",
            check.total,
        ).format(count=check.total)
    ahead = round(check.ahead.total_seconds())
    if abs(ahead) <= _CLOSE_ENOUGH:
        return result
    clock = _("the service's clock is {time} ahead") if ahead > 0 else _("the service's clock is {time} behind")
    return f"{result}; {clock.format(time=duration(abs(ahead)))}"
