"""The command line that lists what a screen shows."""

from __future__ import annotations

import shlex

from faxtui.domain.query import FaxQuery
from faxtui.domain.sorting import sort_text


def list_command(query: FaxQuery, profile: str = "") -> str:
    """``faxtui list --profile main --since=today --sort=received:desc``; for the demo where there is no profile."""
    filters = [f"--{each.name}={value}" for each, value in query.filters]
    view = [f"--sort={sort_text(query.sort)}", f"--page={query.page}", f"--page-size={query.page_size}"]
    return shlex.join(["faxtui", "list", f"--profile={profile}" if profile else "--demo", *filters, *view])
