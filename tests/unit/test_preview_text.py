"""The words of a page, laid out as lines, and which of them are in doubt."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from faxtui.preview.protocol import Box
from faxtui.preview.text import PageText, Span, Word, mark_unchecked, merge_readings

CHARACTER, HEIGHT, LEADING = 14, 28, 42


def row(number: int, *cells: tuple[int, str], block: int = 0, sunk: float = 0) -> list[Word]:
    """Words of a line, each cell at so many characters from the left edge of the page."""
    words = []
    for start, text in cells:
        place = start
        for word in text.split():
            left, top = place * CHARACTER, number * LEADING + sunk * place * CHARACTER
            box = Box(left, top, left + len(word) * CHARACTER, top + HEIGHT)
            words.append(Word(word, box, block=block, line=number))
            place += len(word) + 1
    return words


def shown(words: Sequence[Word], columns: int = 0) -> list[str]:
    return [line.text for line in PageText(0, tuple(words)).lay_out(columns)]


TABLE = [
    *row(1, (12, "Analyse"), (40, "Résultat"), (60, "Unité")),
    *row(2, (12, "ASAT (TGO)"), (40, "34"), (60, "UI/l")),
    *row(3, (12, "Bilirubine totale"), (40, "17.7"), (60, "µmol/l")),
]


def test_columns_stay_columns_without_margin_and_with_narrow_gaps() -> None:
    assert shown(TABLE) == [
        "Analyse            Résultat  Unité",
        "ASAT (TGO)         34        UI/l",
        "Bilirubine totale  17.7      µmol/l",
    ]


def test_columns_read_as_blocks_of_their_own_stand_side_by_side() -> None:
    by_column = sorted(TABLE, key=lambda word: (word.box.left // (20 * CHARACTER), word.line))
    blocks = [replace(word, block=int(word.box.left // (20 * CHARACTER))) for word in by_column]
    assert shown(blocks) == shown(TABLE)


@pytest.mark.parametrize("sunk", [0.02, -0.02])
def test_columns_of_a_page_fed_askew_stand_side_by_side(sunk: float) -> None:
    cells = ((12, "Bilirubine totale du soir"), (60, "17.7"), (90, "3.0 à 21.0"))
    words = [word for number in range(1, 6) for word in row(number, *cells, sunk=sunk)]
    assert shown(words) == ["Bilirubine totale du soir  17.7  3.0 à 21.0"] * 5


def test_a_heading_between_the_rows_of_a_table_does_not_widen_it() -> None:
    heading = row(4, (12, "BILAN HÉPATIQUE ET AUTRES EXAMENS DU SOIR"))
    rest = row(5, (12, "ALAT"), (40, "38"), (60, "UI/l"))
    assert shown([*TABLE, *heading, *rest])[3:] == [
        "BILAN HÉPATIQUE ET AUTRES EXAMENS DU SOIR",
        "ALAT               38        UI/l",
    ]


def test_tables_with_other_columns_are_laid_out_on_their_own() -> None:
    other = [*row(4, (12, "Patient : CHASTEL Inès, né(e) le"), (70, "18/06/1986")), *row(5, (12, "Dr"), (70, "26-1"))]
    assert shown([*TABLE, *other])[3:] == [
        "Patient : CHASTEL Inès, né(e) le  18/06/1986",
        "Dr                                26-1",
    ]


def test_sentences_are_wrapped_and_rows_are_not() -> None:
    sentence = row(5, (12, "Le traitement habituel est bien toléré et reste inchangé"))
    assert shown([*TABLE, *sentence], 30) == [
        *shown(TABLE),
        "",
        "Le traitement habituel est",
        "bien toléré et reste inchangé",
    ]


def test_what_stands_on_the_right_stays_there_if_there_is_room() -> None:
    page = [*row(1, (12, "Laboratoire")), *row(2, (80, "Le 23 novembre"))]
    assert shown(page) == ["Laboratoire", " " * 60 + "Le 23 novembre"]
    assert shown(page, 40) == ["Laboratoire", " " * 26 + "Le 23 novembre"]


def test_marked_words_stand_in_brackets_and_the_line_says_where() -> None:
    words = [replace(word, to_check=word.text in ("17.7", "µmol/l")) for word in TABLE]
    text = PageText(0, tuple(words))
    assert text.to_check == 2
    line = text.lay_out()[2]
    assert line.text == "Bilirubine totale  [17.7]    [µmol/l]"
    assert [line.text[span.start : span.end] for span in line.to_check] == ["[17.7]", "[µmol/l]"]
    assert text.lay_out()[1].text == "ASAT (TGO)         34        UI/l"
    assert line.to_check[0] == Span(19, 25)


def test_the_place_of_a_line_is_that_of_its_words() -> None:
    assert [(line.top, line.bottom) for line in PageText(0, tuple(TABLE)).lay_out()] == [
        (number * LEADING, number * LEADING + HEIGHT) for number in (1, 2, 3)
    ]


def test_a_page_without_words_has_no_lines() -> None:
    assert shown([]) == []
    assert not PageText(0).reading_order


def test_reading_order_goes_block_by_block_without_columns_or_marks() -> None:
    words = [*row(1, (12, "Nom"), (40, "Inès")), *row(2, (12, "née le 18")), *row(3, (12, "Total"), block=1)]
    assert PageText(0, mark_unchecked(words)).reading_order == "Nom Inès\nnée le 18\n\nTotal"


def test_text_is_shown_without_characters_that_act() -> None:
    assert shown(row(1, (12, "a\x1b[31m"))) == ["a␛[31m"]


def checked(first: str, second: str, confidence: float = 95) -> str:
    """How a word is shown that was read as the one, then as the other."""
    words = [
        [replace(word, confidence=confidence) for word in row(1, (12, "soit"), (18, text))] for text in (first, second)
    ]
    return PageText(0, merge_readings(*words)).lay_out()[0].text.split("  ")[-1].removeprefix("soit ")


@pytest.mark.parametrize(
    ("first", "second", "confidence", "expected"),
    [
        ("17.7", "17.7", 95, "17.7"),
        ("17.7", "17.7", 89, "[17.7]"),
        ("17.7", "177", 95, "[17.7]"),
        ("17.7", "", 95, "[17.7]"),
        ("IO", "10", 95, "[IO]"),
        ("mmol/l", "mmol/l", 95, "mmol/l"),
        ("pmol/l", "pmol/l", 99, "[pmol/l]"),
        ("µmol/l", "µmol/l", 99, "[µmol/l]"),
        ("ug", "ug", 99, "[ug]"),
        ("75µg,", "75µg,", 99, "[75µg,]"),
        ("|", "|", 95, "[|]"),
        ("!", "!", 95, "!"),
        ("!", "!", 50, "[!]"),
        ("10a45", "10a45", 95, "[10a45]"),
        ("A3", "A3", 95, "[A3]"),
        ("75mg", "75mg", 95, "75mg"),
        ("l", "1", 95, "[l]"),
        ("à", "à", 95, "à"),
        ("patient", "patent", 40, "patient"),
        ("usuel", "usuel", 99, "usuel"),
    ],
)
def test_a_number_is_sure_only_if_two_confident_readings_agree(
    first: str, second: str, confidence: float, expected: str
) -> None:
    assert checked(first, second, confidence) == expected


def test_of_a_number_in_doubt_the_surer_reading_is_shown() -> None:
    first, second = row(1, (12, "17.1"))[0], row(1, (12, "17.7"))[0]
    for sure, unsure in ((first, second), (second, first)):
        (word,) = merge_readings([replace(unsure, confidence=60)], [replace(sure, confidence=96)])
        assert (word.text, word.to_check) == (sure.text, True)
        (word,) = merge_readings([replace(sure, confidence=96)], [replace(unsure, confidence=60)])
        assert (word.text, word.to_check) == (sure.text, True)


def test_until_the_second_reading_all_numbers_are_marked() -> None:
    assert [word.text for word in mark_unchecked(TABLE) if word.to_check] == ["34", "17.7", "µmol/l"]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_box_turned_four_times_is_where_it_was(turn: int) -> None:
    size = (1728.0, 2292.0)
    box = Box(100, 200, 300, 250)
    turned = box.turned(turn, size)
    back = turned.turned(360 - turn, size if turn in (0, 180) else (size[1], size[0]))
    assert back == box
    assert Box(0, 0, 10, 20).turned(90, size) == Box(2272, 0, 2292, 10)
