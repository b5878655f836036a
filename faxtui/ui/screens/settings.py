"""The settings: changed at once for this run, saved when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.option_list import Option

from faxtui.config import settings
from faxtui.config.settings import SECTIONS, OneOf, Setting, Settings
from faxtui.config.toml_files import Change
from faxtui.domain.text import visible
from faxtui.errors import FaxtuiError, InvalidValue
from faxtui.translation import _
from faxtui.ui.display import DisplayOptions, Glyphs
from faxtui.ui.screens.dialog import Chosen, ClosesOnce, Panel
from faxtui.ui.session import AccountServices
from faxtui.ui.widgets.bars import TopLine
from faxtui.ui.widgets.fields import ChoiceList, Labelled, Line

_NAME_WIDTH, _VALUE_WIDTH = 18, 20


@dataclass(frozen=True, slots=True)
class _Row:
    """A setting and its table of the configuration."""

    section: str
    setting: Setting

    def value(self, settings: Settings) -> object:
        value: object = getattr(settings.section(self.section), self.setting.name)
        return value

    def changed(self, settings: Settings, value: object) -> Settings:
        return settings.changed(self.section, self.setting.name, value)


_ROWS = tuple(_Row(name, each) for name, kind in SECTIONS.items() for each in kind.settings())


class SettingsScreen(ClosesOnce[None]):
    """One line a setting, with what it is for; ``*`` marks what is not saved."""

    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (10, "-short")]
    BINDINGS = [
        Binding("escape,q", "leave", "Back"),
        Binding("s", "save", "Save"),
    ]

    def __init__(
        self,
        options: DisplayOptions,
        settings: Settings,
        in_files: Settings,
        services: AccountServices,
        apply: Callable[[Settings], None],
        saved: Callable[[Settings], None],
    ) -> None:
        super().__init__()
        self._options = options
        self._settings = self._opened = settings
        self._saved = in_files
        self._services = services
        self._apply = apply
        self._report_saved = saved
        self._title = TopLine(options.glyphs, id="title")
        self._help = TopLine(options.glyphs)
        self._list = ChoiceList(*(Option(self._line(each)) for each in _ROWS), compact=True)

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._list
        yield self._help
        keys = _("↑ ↓ choose   Enter change   s save   Esc back")
        yield TopLine(self._options.glyphs, keys, id="keys")

    def on_mount(self) -> None:
        self._show_state()

    async def on_option_list_option_selected(self, event: ChoiceList.OptionSelected) -> None:
        row = _ROWS[event.option_index]
        current, setting = row.value(self._settings), row.setting
        if isinstance(current, bool):
            self._change(row, not current)
        elif isinstance(setting.read, OneOf):
            choices = setting.read.choices
            self._change(row, choices[(choices.index(str(current)) + 1) % len(choices)])
        else:
            panel = EditSetting(self._options.glyphs, setting, current)
            await self.app.push_screen(panel, lambda value: self._edited(row, value))

    def on_option_list_option_highlighted(self, event: ChoiceList.OptionHighlighted) -> None:
        row = _ROWS[event.option_index]
        self._help.show(f"{_help(row.setting)}{_choices(row.setting)}", f"[{row.section}] {row.setting.name}")

    async def action_leave(self) -> None:
        """Ask first if settings changed on this screen are not saved."""
        from faxtui.ui.screens.questions import Answer, PlainQuestion

        if self._settings == self._opened or not self._changed:
            self.dismiss(None)
            return
        names = ", ".join(each.setting.name for each in self._changed)
        answers = [
            Answer(True, _("save"), key="enter"),
            Answer(False, _("don't save: applied until you quit"), key="n"),
        ]
        changed = _("Changed: {names}").format(names=names)
        question = PlainQuestion(self._options.glyphs, _("Save the settings?"), changed, answers)
        await self.app.push_screen(question, self._leave)

    def _leave(self, choice: Chosen[bool] | None) -> None:
        if choice is not None and choice.value:
            self.action_save(then_leave=True)
        elif choice is not None:
            self.dismiss(None)

    @work(exclusive=True)
    async def action_save(self, then_leave: bool = False) -> None:
        """Write what was changed, nothing else. If that fails, the screen stays open."""
        written = self._settings
        changes: list[Change] = [
            ((each.section, each.setting.name), _as_written(each.value(written))) for each in self._changed
        ]
        if not changes:
            self.notify(_("No changes to save."))
            return
        try:
            saved = await asyncio.to_thread(self._services.save_settings, changes)
        except FaxtuiError as error:
            self.notify(str(error), severity="error")
            return
        self._saved = written
        self._report_saved(written)
        self._show()
        self.notify(saved)
        if then_leave:
            self.dismiss(None)

    @property
    def _changed(self) -> tuple[_Row, ...]:
        return tuple(each for each in _ROWS if each.value(self._settings) != each.value(self._saved))

    def _edited(self, row: _Row, value: Chosen[object] | None) -> None:
        if value is not None:
            self._change(row, value.value)

    def _change(self, row: _Row, value: object) -> None:
        self._settings = row.changed(self._settings, value)
        self._apply(self._settings)
        self._show()

    def _show(self) -> None:
        for index, each in enumerate(_ROWS):
            self._list.replace_option_prompt_at_index(index, self._line(each))
        self._show_state()

    def _show_state(self) -> None:
        self._title.show(_("Settings"), _("* unsaved") if self._changed else "")

    def _line(self, row: _Row) -> Text:
        value = row.value(self._settings)
        mark = " " if value == row.value(self._saved) else "*"
        glyphs = self._options.glyphs
        shown = glyphs.cut(visible(settings.shown(value)) or "—", _VALUE_WIDTH)
        name = f"{row.setting.name:<{_NAME_WIDTH}}"
        return Text(f" {mark} {name}{shown:<{_VALUE_WIDTH + 2}}{glyphs.write(_help(row.setting))}", no_wrap=True)


class EditSetting(Panel[Chosen[object]]):
    """Ask for a value. An invalid one is explained, and stays to be corrected."""

    def __init__(self, glyphs: Glyphs, setting: Setting, current: object) -> None:
        super().__init__(glyphs, setting.name, _("Enter apply   Esc cancel"))
        self._setting = setting
        self._current = current

    def content(self) -> Widget:
        self._labelled = Labelled(self._glyphs.write(_(self._setting.help)), Line(settings.shown(self._current)))
        return self._labelled

    @on(Input.Submitted)
    def _read(self, event: Input.Submitted) -> None:
        try:
            self.dismiss(Chosen(self._setting.read(settings.typed(event.value, self._current))))
        except InvalidValue as error:
            sentence = str(error)
            self._labelled.show_error(self._glyphs.write(f"{sentence[0].upper()}{sentence[1:].rstrip('.')}."))


def _help(setting: Setting) -> str:
    return _("{help} (after a restart)").format(help=_(setting.help)) if setting.needs_restart else _(setting.help)


def _choices(setting: Setting) -> str:
    return f" ({', '.join(setting.read.choices)})" if isinstance(setting.read, OneOf) else ""


def _as_written(value: object) -> str | int | bool | list[str]:
    if isinstance(value, tuple):
        return [str(part) for part in value]
    return value if isinstance(value, str | int) else settings.shown(value)
