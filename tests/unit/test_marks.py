"""Marks go by folder and file name."""

import pytest

from faxtui.domain.fax import Fax
from faxtui.errors import InvalidValue
from faxtui.operations.operations import Marks

A, B, C = (Fax(folder="f", file_name=name) for name in "abc")


def test_a_mark_is_set_and_taken_off() -> None:
    marks = Marks().toggled(A).toggled(B)
    assert (marks.faxes, len(marks)) == ((A, B), 2)
    assert A.key in marks
    assert marks.toggled(A).faxes == (B,)
    assert marks.faxes == (A, B)
    assert len(Marks()) == 0


def test_two_rows_of_one_pair_are_one_mark() -> None:
    twin = Fax(folder="f", file_name="a", message_id="0")
    assert Marks().with_all([A, twin]).faxes == (twin,)
    assert Marks().toggled(A).toggled(twin).faxes == ()


def test_a_whole_page_is_marked_but_what_has_no_address() -> None:
    assert Marks().toggled(C).with_all([A, Fax(folder="f"), B, C]).faxes == (C, A, B)


@pytest.mark.parametrize("fax", [Fax(), Fax(folder="f", file_name=".."), Fax(folder=".", file_name="a")])
def test_what_has_no_address_can_not_be_marked(fax: Fax) -> None:
    with pytest.raises(InvalidValue, match="cannot be marked"):
        Marks().toggled(fax)


def test_marks_are_taken_off_what_was_deleted() -> None:
    assert Marks().with_all([A, B, C]).without([A.key, C.key, Fax().key]).faxes == (B,)


def test_marks_elsewhere_are_those_not_on_the_page() -> None:
    marks = Marks().with_all([A, B, C])
    assert marks.elsewhere([B, Fax()]) == (A, C)
    assert marks.elsewhere([A, B, C]) == ()
