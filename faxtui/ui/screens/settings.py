"""The settings: changed at once for this run, saved when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from faxtui.config import values
from faxtui.config.save import Change
from faxtui.config.settings import Setting, Settings, Ui
from faxtui.config.values import OneOf
from faxtui.domain.text import visible
from faxtui.errors import FaxtuiError, InvalidValue
from faxtui.ui.launch import Doors
from faxtui.ui.look import Look
from faxtui.ui.marks import Marks
from faxtui.ui.screens.panel import Chosen, Panel
from faxtui.ui.widgets.labelled import Labelled, Line
from faxtui.ui.widgets.line import TopLine

_SETTINGS = tuple(Ui.settings())


class SettingsScreen(Screen[None]):
    """One line a setting, with what it is for; ``*`` marks what differs from the files."""

    BINDINGS = [
        Binding("escape", "leave", "Back"),
        Binding("s", "save", "Save"),
    ]

    def __init__(self, look: Look, settings: Settings, doors: Doors, apply: Callable[[Settings], None]) -> None:
        super().__init__()
        self._look = look
        self._settings = settings
        self._saved = settings.ui
        self._doors = doors
        self._apply = apply
        self._help = Label("", markup=False, classes="hint")
        self._list = OptionList(*(Option(self._line(each)) for each in _SETTINGS), compact=True)

    def compose(self) -> ComposeResult:
        yield TopLine(self._look.marks, "Settings", "* not saved yet")
        yield self._list
        yield self._help
        yield TopLine(self._look.marks, "↑ ↓ choose   Enter change   s save in config.toml   Esc back")

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        setting = _SETTINGS[event.option_index]
        current = self._value(setting)
        if isinstance(current, bool):
            self._take(setting, not current)
        elif isinstance(setting.read, OneOf):
            choices = setting.read.choices
            self._take(setting, choices[(choices.index(str(current)) + 1) % len(choices)])
        else:
            await self.app.push_screen(
                EditSetting(self._look.marks, setting, current), lambda value: self._edited(setting, value)
            )

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        setting = _SETTINGS[event.option_index]
        self._help.update(self._look.marks.write(f" {setting.name}: {setting.help}"))

    def action_leave(self) -> None:
        self.dismiss(None)

    @work(exclusive=True)
    async def action_save(self) -> None:
        """Only what was changed is written."""
        changes: list[Change] = [
            (("ui", each.name), _as_written(self._value(each)))
            for each in _SETTINGS
            if self._value(each) != getattr(self._saved, each.name)
        ]
        if not changes:
            self.notify("There is nothing to save: all is as in the files.", markup=False)
            return
        try:
            said = await asyncio.to_thread(self._doors.save, changes)
        except FaxtuiError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._saved = self._settings.ui
        self._show()
        self.notify(said, markup=False)

    def _edited(self, setting: Setting, value: Chosen[object] | None) -> None:
        if value is not None:
            self._take(setting, value.value)

    def _take(self, setting: Setting, value: object) -> None:
        self._settings = replace(self._settings, ui=self._settings.ui.changed(setting.name, value))
        self._apply(self._settings)
        self._show()

    def _show(self) -> None:
        for row, each in enumerate(_SETTINGS):
            self._list.replace_option_prompt_at_index(row, self._line(each))

    def _value(self, setting: Setting) -> object:
        value: object = getattr(self._settings.ui, setting.name)
        return value

    def _line(self, setting: Setting) -> Text:
        value = self._value(setting)
        mark = " " if value == getattr(self._saved, setting.name) else "*"
        shown = visible(values.shown(value)) or "—"
        write = self._look.marks.write
        return Text(
            f" {mark} {setting.name:<18}{self._look.marks.cut(shown, 24):<26}{write(setting.help)}", no_wrap=True
        )


class EditSetting(Panel[Chosen[object]]):
    """A value that can't be taken is explained, and stays to be mended."""

    def __init__(self, marks: Marks, setting: Setting, current: object) -> None:
        super().__init__(marks, setting.name, "Enter take   Esc back")
        self._setting = setting
        self._current = current

    def content(self) -> Widget:
        self._labelled = Labelled(self._marks.write(self._setting.help), Line(values.shown(self._current)))
        return self._labelled

    @on(Input.Submitted)
    def _read(self, event: Input.Submitted) -> None:
        try:
            self.dismiss(Chosen(self._setting.read(values.typed(event.value, self._current))))
        except InvalidValue as error:
            sentence = str(error)
            self._labelled.complain(self._marks.write(f"{sentence[0].upper()}{sentence[1:].rstrip('.')}."))


def _as_written(value: object) -> str | int | bool | list[str]:
    if isinstance(value, tuple):
        return [str(part) for part in value]
    return value if isinstance(value, str | int) else values.shown(value)
