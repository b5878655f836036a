"""Anything at all that is typed, pasted, clicked or resized, over every screen.

A seed makes the same choices again. By default this takes some ten seconds; FAXTUI_MONKEY_SECONDS=3600 makes it an
hour, FAXTUI_MONKEY_SEED begins with another seed. Nothing may end the program, and as long as there is never half a
second of silence no DELETE may be sent.
"""

import asyncio
import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from console import LARGE, SMALL, Console
from handling_desk import BROKEN, DENIED, GONE, PORTAL, Desk, handling
from prepared_accounts import PreparedAccounts
from textual import events
from textual.keys import key_to_character

from faxtui.demo.asgi import Response
from faxtui.domain.account import Account
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.inbox import FetchPolicy
from faxtui.ui.keymap import ALL
from faxtui.ui.session import AccountServices, SessionConfig
from faxtui.ui.typed_keys import SILENCE, Silence

SECONDS = float(os.environ.get("FAXTUI_MONKEY_SECONDS", "10"))
SEED = int(os.environ.get("FAXTUI_MONKEY_SEED", "1"))
ACTIONS_A_ROUND = 150
"""Then the program starts again, with the next seed."""
_ENDS = {"ctrl+c", "q"}
"""Typed rarely: the program is over then."""
_SUSPENDS = "ctrl+z"
_BOUND = sorted({key for each in ALL for key in each.keys.split(",")} - _ENDS - {_SUSPENDS})
_EDITING = ("tab", "shift+tab", "backspace", "delete", "left", "right", "home", "end", "ctrl+u", "ctrl+k", "ctrl+w")
_CHOOSING = ("enter", "escape", "up", "down", "pageup", "pagedown", "space")
_TEXTS = (
    "",
    "\n",
    "\n\n0478\n",
    "\u202a0478\u200e",
    "[/b][@click=app.quit]",
    "delete",
    "x" * 3000,
    "\x1b[31m\x00",
    "日本",
)
_SIZES = (SMALL, LARGE, (60, 16), (40, 10), (20, 5), (1, 1), (200, 60), (100, 24), (99, 24), (80, 3))
_OTHERS = (BROKEN, DENIED, GONE, PORTAL, Response.json(429, {}, {"Retry-After": "1"}))
_HASTY = FetchPolicy(retry_policy=RetryPolicy(waits=(0.05, 0.05)), stillness=0)


@dataclass
class Monkey:
    """Does ``ACTIONS_A_ROUND`` things; ``done`` are the last of them, ``gap`` the longest time between two keys."""

    desk: Desk
    choose: random.Random
    done: list[str] = field(default_factory=list)
    gap: float = 0.0
    _typed_at: float = field(default_factory=time.monotonic)

    @property
    def console(self) -> Console:
        return self.desk.console

    @property
    def is_running(self) -> bool:
        return self.console.app.is_running and bool(self.console.app.screen_stack)

    async def play(self) -> None:
        for _ in range(ACTIONS_A_ROUND):
            if not self.is_running:
                return
            kinds = [self.key, self.burst, self.paste, self.resize, self.click, self.scroll, self.trouble, self.rest]
            await self.choose.choices(kinds, (30, 20, 4, 3, 4, 2, 3, 8))[0]()
            self.console._check()

    async def key(self) -> None:
        self._type(self._any_key())
        await self._turn()

    async def burst(self) -> None:
        for _ in range(self.choose.randint(2, 12)):
            self._type(self._any_key())
        await self._turn()

    async def paste(self) -> None:
        self._post(events.Paste(self.choose.choice(_TEXTS)))
        await self._turn()

    async def resize(self) -> None:
        size = self.choose.choice(_SIZES)
        self.done.append(f"resize {size}")
        await self.console.pilot.resize_terminal(*size)
        self._type("left")

    async def click(self) -> None:
        width, height = self.console.app.size
        x, y = self.choose.randrange(max(width, 1)), self.choose.randrange(max(height, 1))
        self.done.append(f"click {x},{y}")
        self.console.app.post_message(_mouse(events.MouseDown, x, y))
        self.console.app.post_message(_mouse(events.MouseUp, x, y))
        await self._turn()

    async def scroll(self) -> None:
        x, y = self.choose.randrange(max(self.console.app.size.width, 1)), 5
        self.done.append(f"scroll {x},{y}")
        self.console.app.post_message(_mouse(self.choose.choice([events.MouseScrollDown, events.MouseScrollUp]), x, y))
        await self._turn()

    async def trouble(self) -> None:
        """The next responses are not what was hoped for."""
        method = self.choose.choice(["list", "list", "GET"])
        self.done.append(f"trouble {method}")
        self.desk.demo.says(method, *self.choose.choices(_OTHERS, k=self.choose.randint(1, 3)))

    async def rest(self) -> None:
        await asyncio.sleep(self.choose.choice([0.0, 0.01, 0.05, 0.1]))

    async def still_answers(self) -> None:
        """Leave whatever is open, and go to the second row."""
        await self.console.resize(SMALL)
        await self.console.pause()
        for _ in range(30):
            if not self.is_running:
                return
            if self.console.app.focused is self.console.table:
                break
            await self.console.press("escape")
            await self.console.pause()
            if "don't save" in self.console.screen:
                await self.console.until(lambda: "n don't save" in self.console.screen)
                await self.console.press("n")
        self.done.append(f"on {self.console.app.screen} in {self.console.app.focused}")
        await self.console.until(lambda: self.console.app.focused is self.console.table)
        await self.console.until(lambda: not self.console.view.awaits_page)
        # After a question that was cancelled, keys are dropped until then.
        await self.console.app.wait_for_silence()
        # Keys are dropped, too, if a page that was still on its way fails: a person types them again.
        for _ in range(10):
            await self.console.press("home", "down")
            await self.console.pause()
            if self._is_on_second_row():
                return
        await self.console.until(self._is_on_second_row)

    def _is_on_second_row(self) -> bool:
        """Also if the program is over: the last key may have been one that ends it."""
        return not self.is_running or self.console.table.cursor_row == min(1, len(self.console.table.faxes) - 1)

    def _any_key(self) -> str:
        if self.choose.random() < 0.003:
            return self.choose.choice(sorted(_ENDS))
        letter = self.choose.choice("abcdefghijklmnoprstuvwxyzABCDEFGHIJKLMNOPRSTUVWXYZ0123456789 ?,./<>")
        return self.choose.choice((letter, *_CHOOSING, self.choose.choice(_BOUND), self.choose.choice(_EDITING)))

    def _type(self, key: str) -> None:
        self._post(events.Key(key, key if len(key) == 1 else key_to_character(key)))

    def _post(self, event: events.Key | events.Paste) -> None:
        now = time.monotonic()
        self.gap, self._typed_at = max(self.gap, now - self._typed_at), now
        self.done.append(event.key if isinstance(event, events.Key) else f"paste {event.text[:20]!r}")
        self.console.app.post_message(event)

    async def _turn(self) -> None:
        """Let some of it happen, or all."""
        if self.choose.random() < 0.5:
            await asyncio.sleep(0)
        else:
            await asyncio.sleep(0.002)


def _mouse(kind: type[events.MouseEvent], x: int, y: int) -> events.MouseEvent:
    return kind(None, x, y, 0, 0, 1, False, False, False, x, y)


def prepared(config: SessionConfig) -> AccountServices:
    """Accounts that open, and a file that is always saved."""
    return PreparedAccounts(config, account=Account("http://127.0.0.1:9", "60300.demo", "demo"))


async def test_whatever_is_typed_nothing_ends_the_program_and_nothing_is_deleted_by_accident(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No program of this machine is started by it.
    monkeypatch.setenv("PATH", str(tmp_path))
    end, seed = time.monotonic() + SECONDS, SEED
    while time.monotonic() < end:
        await play(tmp_path / str(seed), seed)
        seed += 1


async def play(folder: Path, seed: int) -> None:
    done: list[str] = []
    try:
        choose = random.Random(seed)
        size = choose.choice([SMALL, LARGE])
        async with handling(
            folder, grace=0, size=size, services=prepared, silence=Silence(), fetch_policy=_HASTY, paints=True
        ) as desk:
            monkey = Monkey(desk, choose, done)
            await monkey.play()
            if monkey.gap < SILENCE:
                assert desk.demo.deleted() == []
            await monkey.still_answers()
    except (Exception, asyncio.CancelledError) as error:
        error.add_note(f"The monkey's seed was {seed}; the last that it did: {' | '.join(done[-60:])}")
        raise
