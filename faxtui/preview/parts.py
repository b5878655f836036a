"""The parts that reading on the screen needs and that are not installed with faxtui."""

from __future__ import annotations

import shlex
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from faxtui.domain.document import DocumentType
from faxtui.errors import PreviewNotInstalled

_PDFIUM, _PILLOW = ("pypdfium2", "pypdfium2"), ("PIL", "Pillow")


def require_parts(document: bytes | None = None) -> None:
    """Raise PreviewNotInstalled, naming what is missing to show this document, or any document at all."""
    wanted = (
        (_PDFIUM, _PILLOW) if document is not None and DocumentType.of(document) is DocumentType.PDF else (_PILLOW,)
    )
    missing = [name for module, name in wanted if find_spec(module) is None]
    if missing and document is None:
        # Whoever installs one of them had better install both.
        missing = [name for module, name in (_PDFIUM, _PILLOW) if find_spec(module) is None]
    if missing:
        raise PreviewNotInstalled(
            f"Reading a fax on the screen needs {' and '.join(missing)}, not installed here. "
            f"Install with: {shlex.join(install_command(missing))}"
        )


def why_nothing_can_be_read() -> str:
    """A sentence that says what is missing to show any document; empty if nothing is."""
    try:
        require_parts()
    except PreviewNotInstalled as error:
        return str(error)
    return ""


def install_command(packages: Sequence[str], prefix: Path | None = None) -> Sequence[str]:
    """Return a command that adds packages to this installation, whichever tool made it."""
    prefix = Path(sys.prefix) if prefix is None else prefix
    if (prefix / "pipx_metadata.json").exists():
        return ("pipx", "inject", prefix.name, *packages)
    if find_spec("pip") is not None:
        is_managed = (Path(sysconfig.get_path("stdlib")) / "EXTERNALLY-MANAGED").exists()
        forced = ("--user", "--break-system-packages") if is_managed and sys.prefix == sys.base_prefix else ()
        return (sys.executable, "-m", "pip", "install", *forced, *packages)
    if (prefix / "uv-receipt.toml").exists() or shutil.which("uv") is not None:
        return ("uv", "pip", "install", "--python", sys.executable, *packages)
    return ("python3", "-m", "pip", "--python", sys.executable, "install", *packages)
