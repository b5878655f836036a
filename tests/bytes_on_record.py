"""How many bytes each key takes. To renew the record: python tests/bytes_on_record.py"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from recorded_run import SIXTEEN, SMALL, TRUECOLOUR, record
from thin_stream import XTERM, Thin

RECORD = Path(__file__).parent / "snapshot" / "bytes.json"
BROWSING = ("down", "down", "n", "n", "p", "o", "down", "i", "escape")
KEYS = (*BROWSING, "s", "escape", "space", "space", "u", "f", "escape")
TERMINALS = {"16 colours": SIXTEEN, "truecolor": TRUECOLOUR}


async def measured(environ: Mapping[str, str]) -> list[list[str | int]]:
    """Bytes of the start and of each key, once all that it changes has been painted."""
    thin = Thin(replace(XTERM, rep_of_any=True), *SMALL)
    steps = await record(environ, KEYS)
    return [[key, len(thin.sent("".join(writes)).encode())] for key, writes in zip(("", *KEYS), steps, strict=True)]


if __name__ == "__main__":
    found = {name: asyncio.run(measured(environ)) for name, environ in TERMINALS.items()}
    RECORD.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
