"""The process that takes a document apart: ``python -m faxtui.preview``, started by `DocumentReader`."""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from typing import BinaryIO

from faxtui.errors import UnreadableDocument
from faxtui.preview import protocol
from faxtui.preview.papers import Paper, open_papers
from faxtui.preview.protocol import Kind, Request

_MOST_MEMORY = 1 << 30
_MOST_SECONDS = 60
"""Of a processor, for one document: a limit for what nobody waits for any more, its reader being gone."""


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until no more requests come. What is damaged ends it with whatever the library raises."""

    def answer(kind: Kind, content: bytes) -> None:
        answers.write(protocol.pack_answer(kind, content))
        answers.flush()

    document = requests.read(protocol.unpack_length(requests.read(protocol.LENGTH_SIZE)))
    try:
        papers = open_papers(document)
        answer(Kind.COUNT, protocol.pack_count(papers.count))
        paper: Paper | None = None
        shown = -1
        while data := requests.read(protocol.REQUEST_SIZE):
            request = Request.unpack(data)
            if paper is None or request.page != shown:
                paper, shown = papers.paper(request.page), request.page
            if request.width:
                answer(Kind.INK, paper.raster(request).ink)
            else:
                answer(Kind.SHEET, protocol.pack_sheet(paper.sheet))
    except UnreadableDocument as error:
        answer(Kind.TROUBLE, str(error).encode())


def _limit(what: int, most: int) -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (most, most))


def main() -> None:
    _limit(resource.RLIMIT_AS, _MOST_MEMORY)
    _limit(resource.RLIMIT_CPU, _MOST_SECONDS)
    _limit(resource.RLIMIT_CORE, 0)
    # The libraries may print; answers go where only answers go.
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    with answers, contextlib.suppress(BrokenPipeError):
        serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
