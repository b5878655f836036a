"""Where the file of a fax is."""

from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxtui.domain.fax import FaxKey
from faxtui.errors import WrongAddress
from faxtui.odyssey.address import document_address

BASE = "https://api.odyssey-services.fr"
SEGMENTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def test_a_file_is_in_its_folder() -> None:
    key = FaxKey("134296015", "0-20170711-0714-1126279.PDF")
    assert document_address(BASE, key) == httpx.URL(
        f"{BASE}/api/V1/InboundFolders/134296015/HostedInboundFiles/0-20170711-0714-1126279.PDF"
    )


@pytest.mark.parametrize("base_url", [f"{BASE}/fax/v2", f"{BASE}/fax/v2/", f"{BASE}/x/../fax/v2//"])
def test_the_path_of_the_service_is_kept(base_url: str) -> None:
    assert document_address(base_url, FaxKey("1", "2")).raw_path == (
        b"/fax/v2/api/V1/InboundFolders/1/HostedInboundFiles/2"
    )


@given(SEGMENTS, SEGMENTS)
def test_whatever_has_an_address_is_six_segments_that_read_as_its_names(folder: str, file_name: str) -> None:
    key = FaxKey(folder, file_name)
    if not key.has_address:
        return
    path = document_address(f"{BASE}/fax", key).raw_path.decode("ascii")
    assert [unquote(segment, errors="strict") for segment in path.split("/")] == [
        *("", "fax", "api", "V1", "InboundFolders"),
        *(folder, "HostedInboundFiles", file_name),
    ]


@pytest.mark.parametrize("name", ["", ".", "..", "a\udc80b", "x" * 70_000])
def test_a_name_that_no_address_can_hold_has_none(name: str) -> None:
    for key in (FaxKey(name, "0.PDF"), FaxKey("134296015", name)):
        with pytest.raises(WrongAddress) as caught:
            document_address(BASE, key)
        message = str(caught.value)
        assert message.startswith("The fax “")
        assert "cannot be downloaded or deleted: it has no valid folder or file name" in message
        assert message.isprintable()
        assert len(message) < 300
