"""Content codings of response bodies, decoded piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import httpx

ACCEPTED = "gzip, deflate"
"""Content codings to request: one at a time, because two of them can turn a letter into a library."""
PIECE = 65_536
"""Bytes that are decoded at once: 32 kB of gzip can hold 33 MB."""

_CODINGS = {"gzip": zlib.MAX_WBITS + 16, "x-gzip": zlib.MAX_WBITS + 16, "deflate": zlib.MAX_WBITS}
_RAW_DEFLATE = -zlib.MAX_WBITS


def coding_of(headers: httpx.Headers) -> str:
    """Return the content coding in lower case, empty for none."""
    coding = ", ".join(headers.get_list("content-encoding")).strip().lower()
    return "" if coding == "identity" else coding


def is_accepted(coding: str) -> bool:
    """Return whether `Decoder` knows this coding."""
    return not coding or coding in _CODINGS


class Decoder:
    """Incremental decoder of one body in an accepted coding.

    Its checksum, and the end that the coding marks, are checked: after `finish` the body is known to be complete,
    unless it has no coding.
    """

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._stream = zlib.decompressobj(_CODINGS[coding]) if coding else None
        self._has_begun = False

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what ``chunk`` holds, in pieces of at most `PIECE` bytes. Raises httpx.DecodingError."""
        if self._stream is None:
            yield chunk
            return
        piece = b""
        # zlib may hold more than it gave, even where it has taken in all of the chunk.
        while chunk or (len(piece) == PIECE and not self._stream.eof):
            piece, chunk = self._step(self._stream, chunk)
            if piece:
                yield piece

    def finish(self) -> None:
        """Check that the body was complete. Raises httpx.DecodingError. An empty body needs no coding."""
        if self._stream is not None and self._has_begun and not self._stream.eof:
            raise httpx.DecodingError("truncated")

    def _step(self, stream: zlib._Decompress, chunk: bytes) -> tuple[bytes, bytes]:
        """Return the next piece, and what is left of ``chunk``."""
        if stream.eof:
            if self._coding == "deflate":
                raise httpx.DecodingError("more than one body")
            # A gzip file may have several members, and zeros to fill a block at its end.
            chunk = chunk.lstrip(b"\0")
            if not chunk:
                return b"", chunk
            self._stream = stream = zlib.decompressobj(_CODINGS[self._coding])
        try:
            piece = stream.decompress(chunk, PIECE)
        except zlib.error as error:
            if self._has_begun or self._coding != "deflate":
                raise httpx.DecodingError(str(error)) from error
            # Some servers send "deflate" without the header of zlib.
            self._stream, self._has_begun = zlib.decompressobj(_RAW_DEFLATE), True
            return b"", chunk
        self._has_begun = True
        return piece, stream.unused_data if stream.eof else stream.unconsumed_tail
