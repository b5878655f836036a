"""The file of a fax: drawn when it is asked for, and the same each time."""

import base64

from faxtui.demo.asgi import Answer, json_answer
from faxtui.demo.letters import write_pages
from faxtui.demo.pdf import write_pdf
from faxtui.demo.tiff import write_tiff
from faxtui.demo.traffic import ReceivedFax

_NO_SUCH_FILE = 40401


def document(fax: ReceivedFax, as_json: bool) -> Answer:
    """Answer with the file of a fax, raw or as base64 in JSON: the service's documentation leaves that open."""
    pages = write_pages(fax)
    is_tiff = fax.file_name.upper().endswith(".TIF")
    content = write_tiff(pages) if is_tiff else write_pdf(pages)
    if as_json:
        return json_answer(200, {"FileName": fax.file_name, "Content": base64.b64encode(content).decode("ascii")})
    return Answer(200, content, {"Content-Type": "image/tiff" if is_tiff else "application/pdf"})


def no_such_file(file_name: str) -> Answer:
    """Answer that there is no such file, or no longer."""
    return json_answer(404, {"Code": _NO_SUCH_FILE, "Message": f"File {file_name} does not exist"})
