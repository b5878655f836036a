"""pyte with what it lacks: REP (``CSI n b``), cells erased where nothing was painted, tab stops after a resize."""

from collections.abc import Callable

import pyte


class RepeatingScreen(pyte.Screen):
    """``repeats`` says of a character whether this terminal repeats it."""

    def __init__(self, columns: int, lines: int, repeats: Callable[[str], bool] = lambda _: True) -> None:
        super().__init__(columns, lines)
        self._answers: list[str] = []
        self._repeats = repeats
        self._last = " "
        self._shown: list[str] = []

    @property
    def display(self) -> list[str]:
        if self.dirty:
            self._shown = super().display
            self.dirty.clear()
        return self._shown

    def reset(self) -> None:
        super().reset()
        self._fill()

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        super().resize(lines, columns)
        # As terminals do; pyte keeps the stops of the width that it had at its last reset.
        self.tabstops = set(range(8, self.columns, 8))
        self._fill()

    def draw(self, data: str) -> None:
        self._last = data[-1:]
        super().draw(data)

    def repeat(self, count: int = 1) -> None:
        if self._repeats(self._last):
            super().draw(self._last * max(count, 1))

    def write_process_input(self, data: str) -> None:
        self._answers.append(data)

    def take_answers(self) -> str:
        """What it says to what it was asked."""
        answers, self._answers = self._answers, []
        return "".join(answers)

    def _fill(self) -> None:
        for line in range(self.lines):
            row = self.buffer[line]
            row.update({column: row[column] for column in range(self.columns)})


class RepeatingStream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "b": "repeat"}
    events = pyte.ByteStream.events | {"repeat"}
