"""The parts that reading on the screen needs and that are not installed with faxtui."""

from __future__ import annotations

from importlib.util import find_spec

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
            "Install with: pip install 'faxtui[preview]'"
        )
