"""The parts that reading on the screen needs and that are not installed with faxtui."""

from __future__ import annotations

from importlib.util import find_spec

from faxtui.errors import PreviewNotInstalled

PDF_MAGIC = b"%PDF-"
_PDFIUM, _PILLOW = ("pypdfium2", "pypdfium2"), ("PIL", "Pillow")
_SEARCHED = 1024
"""A PDF may begin with so many bytes of something else (ISO 32000, annex H)."""


def is_pdf(document: bytes) -> bool:
    return PDF_MAGIC in document[:_SEARCHED]


def require_parts(document: bytes | None = None) -> None:
    """Raise PreviewNotInstalled, naming what is missing to show this document, or any document at all."""
    wanted = (_PDFIUM, _PILLOW) if document is not None and is_pdf(document) else (_PILLOW,)
    missing = [name for module, name in wanted if find_spec(module) is None]
    if missing and document is None:
        # Whoever installs one of them had better install both.
        missing = [name for module, name in (_PDFIUM, _PILLOW) if find_spec(module) is None]
    if missing:
        raise PreviewNotInstalled(
            f"Reading a fax on the screen needs {' and '.join(missing)}, not installed here. "
            "Install with: pip install 'faxtui[preview]'"
        )
