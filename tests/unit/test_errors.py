"""The tree of everything that can go wrong."""

import re

import faxtui.errors
from faxtui.errors import Busy, FaxtuiError, InvalidValue, Refused, ServiceError, UnexpectedResponse


def _with_descendants(kind: type[FaxtuiError]) -> list[type[FaxtuiError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in _with_descendants(child))]


ERRORS = [each for each in _with_descendants(FaxtuiError) if each.__module__ == faxtui.errors.__name__]


def test_the_tree_is_drawn_as_it_is() -> None:
    line = re.compile(r"^([│├└─ ]*)([A-Z]\w+) +(?:exit code )?(\d)", re.MULTILINE)
    drawn, ancestors = [], [""] * 9
    for prefix, name, code in line.findall(faxtui.errors.__doc__ or ""):
        depth = len(prefix) // 4
        ancestors[depth] = name
        drawn.append((name, ancestors[depth - 1] if depth else "Exception", int(code)))
    assert drawn == [(each.__name__, each.__bases__[0].__name__, each.exit_code) for each in ERRORS]


def test_only_what_may_well_pass_is_asked_for_again() -> None:
    passing = {each.__name__ for each in ERRORS if issubclass(each, ServiceError) and each.passing}
    assert passing == {"Unreachable", "NoResponse", "ServiceFailed", "Busy"}


def test_every_error_says_in_its_docstring_what_it_is() -> None:
    assert all(each.__doc__ for each in ERRORS)


def test_errors_carry_what_the_screen_needs_beside_the_sentence() -> None:
    assert (str(InvalidValue("No.", "since")), InvalidValue("No.", "since").field) == ("No.", "since")
    assert InvalidValue("No.").field == ""
    assert (str(Busy("Wait.", 30)), Busy("Wait.", 30).retry_after) == ("Wait.", 30)
    reasons = (("filterStartDate", "no date"),)
    assert (str(Refused("No.", reasons)), Refused("No.", reasons).reasons) == ("No.", reasons)
    assert (str(UnexpectedResponse("What?", "$.Resources")), UnexpectedResponse("What?", "$.a").path) == (
        "What?",
        "$.a",
    )
