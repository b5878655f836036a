"""Addresses, and where they lead."""

import pytest

from faxtui.doctor.network import target_of
from faxtui.doctor.report import span
from faxtui.errors import ConfigurationError


@pytest.mark.parametrize(
    ("base_url", "name", "place"),
    [
        ("https://api.odyssey-services.fr", "api.odyssey-services.fr", "api.odyssey-services.fr:443"),
        ("http://fax.example/base", "fax.example", "fax.example:80"),
        ("https://fax.example:8443", "fax.example:8443", "fax.example:8443"),
        ("https://[fd00::1]", "fd00::1", "[fd00::1]:443"),
        ("https://[fd00::1]:8443", "[fd00::1]:8443", "[fd00::1]:8443"),
        ("https://télécopie.example", "xn--tlcopie-byab.example", "xn--tlcopie-byab.example:443"),
    ],
)
def test_an_address_leads_to_a_host_and_port(base_url: str, name: str, place: str) -> None:
    target = target_of(base_url)
    assert (target.name, str(target.place)) == (name, place)
    assert target.is_secure == base_url.startswith("https:")


@pytest.mark.parametrize(
    "base_url", ["https://me:hunter2@fax.example", "ftp://me:hunter2@fax.example", "https://me:hunter2@[::1"]
)
def test_a_password_in_an_address_is_not_shown(base_url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        target_of(base_url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("base_url", ["https://fax.example:0", "https://fax example", "https://..example"])
def test_what_leads_nowhere_is_no_address(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a valid URL"):
        target_of(base_url)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.00001, "1 ms"), (0.0214, "21 ms"), (0.9996, "1.0 s"), (2.44, "2.4 s")]
)
def test_times_are_told_as_short_as_they_can_be(seconds: float, words: str) -> None:
    assert span(seconds) == words
