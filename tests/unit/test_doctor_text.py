"""How doctor's findings read."""

import json

from faxtui.doctor.report import Topic, as_json, as_text, failed, ok, skipped, warning
from faxtui.errors import SignInRefused

CLOCK = warning(
    Topic.CLOCK, "this machine is 94 s behind the service: “today” begins late. Set the clock (NTP), then try again."
)


def test_findings_stand_in_columns() -> None:
    findings = [ok(Topic.CONFIGURATION, "there"), skipped(Topic.TLS, "not tried."), warning(Topic.SIGN_IN, "hm.")]
    assert [as_text(each, 80) for each in findings] == [
        " ok       configuration   there",
        " skipped  TLS             not tried.",
        " warning  sign-in         hm.",
    ]


def test_a_long_sentence_goes_on_under_its_beginning() -> None:
    assert as_text(CLOCK, 80).splitlines() == [
        " warning  clock           this machine is 94 s behind the service: “today”",
        "                          begins late. Set the clock (NTP), then try again.",
    ]


def test_what_is_to_be_copied_is_never_broken() -> None:
    path = "/a/very/long/path/to/a-file/of-authorities/that-is-longer-than-a-line.pem"
    assert path in as_text(ok(Topic.CONFIGURATION, f"the file {path} is there"), 40)


def test_a_narrow_terminal_still_gets_sentences() -> None:
    assert max(len(line) for line in as_text(CLOCK, 10).splitlines()) <= 50


def test_where_there_is_no_utf8_ascii_stands_in() -> None:
    text = as_text(ok(Topic.TERMINAL, "80×24 — “so” …"), 80, utf8=False)
    assert text == ' ok       terminal        80x24 - "so" ..'


def test_what_others_wrote_cannot_act_on_the_terminal() -> None:
    assert "\x1b" not in as_text(ok(Topic.TLS, "certificate by \x1b[31mred"), 80)


def test_scripts_read_one_object_with_stable_names() -> None:
    refused = failed(Topic.SIGN_IN, SignInRefused("Not “you”."))
    text = as_json([CLOCK, refused], 3)
    assert text.isascii()
    assert json.loads(text) == {
        "findings": [
            {"verdict": "warning", "topic": "clock", "sentence": CLOCK.sentence},
            {"verdict": "failed", "topic": "sign-in", "sentence": "Not “you”."},
        ],
        "exit_code": 3,
    }
