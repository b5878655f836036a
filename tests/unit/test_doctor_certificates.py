"""What doctor makes of a trusted certificate."""

from datetime import UTC, datetime, timedelta

from faxtui.doctor.network import Certificate, check_certificate
from faxtui.doctor.report import Verdict

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)


def test_a_certificate_that_ends_soon_is_a_warning() -> None:
    def told(**left: int) -> tuple[Verdict, str]:
        found = check_certificate("TLSv1.2", Certificate("R3", NOW + timedelta(**left)), NOW)
        return found.verdict, found.sentence

    assert told(days=61) == (Verdict.OK, "1.2, certificate by R3, expires in 61 days")
    assert told(days=7) == (Verdict.OK, "1.2, certificate by R3, expires in 7 days")
    verdict, sentence = told(days=6, hours=23)
    assert verdict is Verdict.WARNING
    assert sentence.startswith("1.2, certificate by R3, expires in 6 days. ")


def test_a_trusted_certificate_that_cannot_be_read_is_trusted_all_the_same() -> None:
    assert check_certificate("TLSv1.3", None, NOW).verdict is Verdict.OK
