"""The file of a fax: drawn when it is asked for, and the same each time."""

import asyncio
import base64
import threading
from collections.abc import Callable, Iterable
from itertools import takewhile

from faxtui.demo.asgi import Answer, json_answer
from faxtui.demo.letters import write_pages
from faxtui.demo.page import Page
from faxtui.demo.pdf import write_pdf
from faxtui.demo.tiff import write_tiff
from faxtui.demo.traffic import ReceivedFax

_NO_SUCH_FILE = 40401


async def document(fax: ReceivedFax, as_json: bool) -> Answer:
    """Answer with the file of a fax, raw or as base64 in JSON: the service's documentation leaves that open."""
    is_tiff = fax.file_name.upper().endswith(".TIF")
    content = await written(write_tiff if is_tiff else write_pdf, write_pages(fax))
    if as_json:
        return json_answer(200, {"FileName": fax.file_name, "Content": base64.b64encode(content).decode("ascii")})
    return Answer(200, content, {"Content-Type": "image/tiff" if is_tiff else "application/pdf"})


async def written(write: Callable[[Iterable[Page]], bytes], pages: Iterable[Page]) -> bytes:
    """The file of these pages, made in a thread: a long TIFF takes seconds, and others share the loop.

    Once nobody waits for it any more, the thread stops at the next page, so that a program can end at once.
    """
    given_up = threading.Event()
    try:
        return await asyncio.to_thread(write, takewhile(lambda _: not given_up.is_set(), pages))
    finally:
        given_up.set()


def no_such_file(file_name: str) -> Answer:
    """Answer that there is no such file, or no longer."""
    return json_answer(404, {"Code": _NO_SUCH_FILE, "Message": f"File {file_name} does not exist"})
