"""How this operator's screen reads and writes: what widgets need to know besides what they show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from faxtui.domain.fields import Reading
from faxtui.ui.keys import Keys
from faxtui.ui.marks import Marks


@dataclass(frozen=True, slots=True)
class Look:
    """``zone`` None is this machine's; ``date_format`` a strftime format, empty for the short one."""

    marks: Marks = field(default_factory=Marks)
    keys: Keys = field(default_factory=Keys)
    zone: tzinfo | None = None
    date_format: str = ""

    def reading(self, now: datetime) -> Reading:
        return Reading(now.astimezone(self.zone).year, self.zone, self.date_format)

    def clock(self, moment: datetime) -> str:
        """The time of day, to the second."""
        return moment.astimezone(self.zone).strftime("%H:%M:%S")
