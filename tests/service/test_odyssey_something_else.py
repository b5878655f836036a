"""Answers that say all is well and are no listing, over a real socket."""

import pytest
from odyssey_server import failure_of

from faxtui.errors import UnexpectedResponse

HTML = {"Content-Type": "text/html; charset=utf-8"}


async def test_a_sign_in_page_of_a_network_is_told_in_its_words_without_markup() -> None:
    page = """<!DOCTYPE html><html><head><title>Wi-Fi &eacute;tage 2</title><style>b { color: red }</style>
    <script>if (1 < 2) alert("x")</script></head><!-- hidden --><body class="x">Please <b>sign in</b></body></html>"""
    error = await failure_of(200, page, HTML)
    assert isinstance(error, UnexpectedResponse)
    assert "(text/html, beginning “Wi-Fi étage 2 Please sign in”)" in str(error)
    assert "proxy" in str(error)
    assert error.path == "$"
    assert not error.passing


@pytest.mark.parametrize(
    ("body", "headers", "told"),
    [
        (b"", HTML, "text/html, without text"),
        (b" \n", HTML, "text/html, without text"),
        (b"OK", {"Content-Type": "text/plain"}, "text/plain, beginning “OK”"),
        (b"\x1b[31m\x00\xff\xe2\x80\xae", {"Content-Type": "image/tiff"}, "image/tiff, beginning “␛[31m␀��”"),
        (b"word " * 10_000, {"Content-Type": "text/plain"}, "word word…”"),
        (b"<script>" * 9000, {}, "without text"),
        (b"<b attribute", HTML, "without text"),
        (b"2 < 3", {"Content-Type": "text/" + "x" * 500}, "beginning “2 < 3”"),
    ],
)
async def test_first_words_are_short_and_safe(body: bytes, headers: dict[str, str], told: str) -> None:
    error = await failure_of(200, body, headers)
    assert isinstance(error, UnexpectedResponse)
    assert told in str(error)


@pytest.mark.parametrize(
    ("body", "path"), [("{}", "$.Resources"), ("[]", "$"), ('{"resources": 1}', "$.resources"), ("[" * 100_000, "$")]
)
async def test_json_that_is_no_listing_is_told_with_the_place(body: str, path: str) -> None:
    error = await failure_of(200, body, {"Content-Type": "application/json"})
    assert isinstance(error, UnexpectedResponse)
    assert error.path == path
    assert "application/json" in str(error)
