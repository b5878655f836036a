"""Where files are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_NAME = "faxtui"


@dataclass(frozen=True, slots=True)
class Paths:
    """``config`` is the user's, ``site_config`` the whole machine's, ``state`` the program's own; ``logs`` a folder."""

    config: Path
    site_config: Path
    state: Path
    logs: Path

    @property
    def journal(self) -> Path:
        """What was saved and deleted from here."""
        return self.state.with_name("journal.jsonl")


def default_paths() -> Paths:
    """The platform's own places (on Linux as ``XDG_*`` say)."""
    from platformdirs import PlatformDirs

    places = PlatformDirs(_NAME, appauthor=False)
    return Paths(
        config=places.user_config_path / "config.toml",
        site_config=places.site_config_path / "config.toml",
        state=places.user_state_path / "state.toml",
        logs=places.user_log_path,
    )
