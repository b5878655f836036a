"""What a certificate says of itself, whoever issued it."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from doctor_report import EXPIRED, INSPECTED

from faxtui.doctor.network import target_of
from faxtui.doctor.report import Verdict
from faxtui.doctor.tls import Certificate, TlsSession, certificate_error, read_certificate, session_finding

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)


def der_of(pem: str) -> bytes:
    end = "-----END CERTIFICATE-----"
    return ssl.PEM_cert_to_DER_cert(pem[: pem.index(end) + len(end)] + "\n")


def named(kind: int, value: bytes, tag: int = 0x0C) -> bytes:
    """A certificate, empty but for one attribute of its issuer and its dates."""

    def element(tag: int, *contents: bytes) -> bytes:
        joined = b"".join(contents)
        return bytes([tag, len(joined)]) + joined

    attribute = element(0x30, element(0x06, bytes([0x55, 0x04, kind])), element(tag, value))
    issuer = element(0x30, element(0x31, attribute))
    validity = element(0x30, element(0x17, b"200101000000Z"), element(0x17, b"261130000000Z"))
    return element(0x30, element(0x30, element(0x02, b"\x01"), element(0x30), issuer, validity))


@pytest.mark.parametrize(
    ("pem", "certificate"),
    [
        (INSPECTED, Certificate("Zscaler Inc.", datetime(2120, 1, 1, tzinfo=UTC))),
        (EXPIRED, Certificate("Ancienne Autorité", datetime(2021, 1, 1, tzinfo=UTC))),
    ],
)
def test_the_issuers_organisation_and_the_end_are_read(pem: str, certificate: Certificate) -> None:
    assert read_certificate(der_of(pem)) == certificate


@pytest.mark.parametrize(
    ("kind", "value", "tag", "issuer"),
    [
        (0x03, b"Own CA", 0x0C, "Own CA"),
        (0x0B, b"IT", 0x13, "IT"),
        (0x0A, "Hôpital".encode("utf-16-be"), 0x1E, "Hôpital"),
        (0x06, b"FR", 0x13, "an unnamed authority"),
        (0x0A, b"\xff", 0x0C, "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_an_issuer_without_an_organisation_goes_by_another_name(kind: int, value: bytes, tag: int, issuer: str) -> None:
    certificate = read_certificate(named(kind, value, tag))
    assert certificate is not None
    assert certificate.issuer == issuer


def test_no_beginning_of_a_certificate_and_no_damage_to_it_breaks_the_reading() -> None:
    whole = der_of(INSPECTED)
    dates = whole.index(b"21200101000000Z")
    for end in range(dates + 1):
        assert read_certificate(whole[:end]) is None
    for place in range(len(whole)):
        read_certificate(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])


def test_a_certificate_that_ends_soon_is_a_warning() -> None:
    def told(**left: int) -> tuple[Verdict, str]:
        found = session_finding(TlsSession("TLSv1.2", Certificate("R3", NOW + timedelta(**left))), NOW)
        return found.verdict, found.sentence

    assert told(days=61) == (Verdict.OK, "1.2, certificate by R3, expires in 61 days")
    assert told(days=7) == (Verdict.OK, "1.2, certificate by R3, expires in 7 days")
    verdict, sentence = told(days=6, hours=23)
    assert verdict is Verdict.WARNING
    assert sentence.startswith("1.2, certificate by R3, expires in 6 days. ")


def test_a_trusted_certificate_that_cannot_be_read_is_trusted_all_the_same() -> None:
    assert session_finding(TlsSession("TLSv1.3", None), NOW).verdict is Verdict.OK


@pytest.mark.parametrize(("code", "message"), [(9, "certificate is not yet valid"), (10, "certificate has expired")])
def test_a_wrong_date_is_told_to_be_one(code: int, message: str) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, message
    told = str(certificate_error(error, target_of("https://fax.example"), None, {}))
    assert f"is not valid today ({message}). Check this machine's date" in told
