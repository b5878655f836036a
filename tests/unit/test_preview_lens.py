"""What part of a page is on the screen, and how large."""

from hypothesis import given
from hypothesis import strategies as st

from faxtui.preview.protocol import Box, PageInfo
from faxtui.preview.viewport import ASCII, BRAILLE, HALF_BLOCKS, QUADRANTS, Fit, Viewport

A4 = PageInfo(1728, 2292, 204 / 196, Box(166, 72, 1567, 2187), is_blank=False)
STANDARD = PageInfo(1728, 1146, 204 / 98, Box(166, 36, 1567, 1093), is_blank=False)
"""The same in a fax's standard resolution: pixels are twice as tall as wide."""


def a_lens(sheet: PageInfo = A4, columns: int = 80, rows: int = 22) -> Viewport:
    return Viewport(sheet, BRAILLE, columns, rows).at_start()


def all_zooms(lens: Viewport) -> list[Viewport]:
    lenses = [lens.at_zoom(Fit.PAGE)]
    while (closer := lenses[-1].zoomed(closer=True)) != lenses[-1]:
        lenses.append(closer)
    return lenses


def shares(box: Box, other: Box) -> bool:
    return box.left < other.right and other.left < box.right and box.top < other.bottom and other.top < box.bottom


@st.composite
def lenses(draw: st.DrawFn) -> Viewport:
    width, height = draw(st.integers(1, 4000)), draw(st.integers(1, 9000))
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    ink = Box(left, top, draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height)))
    sheet = PageInfo(width, height, draw(st.sampled_from((0.5, 1.0, 1.04, 2.08))), ink, is_blank=False)
    drawing = draw(st.sampled_from((BRAILLE, QUADRANTS, HALF_BLOCKS, ASCII)))
    return Viewport(sheet, drawing, draw(st.integers(10, 250)), draw(st.integers(4, 80))).at_start()


@given(lenses(), st.lists(st.sampled_from("+-<>^vHEz"), max_size=12))
def test_whatever_is_pressed_some_of_the_page_is_seen(lens: Viewport, keys: list[str]) -> None:
    for key in keys:
        match key:
            case "+" | "-":
                lens = lens.zoomed(closer=key == "+")
            case "<" | ">":
                lens = lens.moved(0.5 if key == ">" else -0.5, 0)
            case "^" | "v":
                lens = lens.moved(0, 0.9 if key == "v" else -0.9)
            case "H" | "E":
                lens = lens.at_start() if key == "H" else lens.at_end()
            case _:
                lens = lens.at_zoom(Fit.PAGE)
        assert shares(lens.box, Box(0, 0, lens.sheet.width, lens.sheet.height))
        assert 0 <= lens.share_passed <= 1
        assert lens.dots == (lens.columns * lens.drawing.across, lens.rows * lens.drawing.down)


@given(lenses())
def test_the_whole_page_is_all_of_it(lens: Viewport) -> None:
    box, sheet = lens.at_zoom(Fit.PAGE).box, lens.sheet
    dot_across, dot_down = (box.right - box.left) / lens.dots[0], (box.bottom - box.top) / lens.dots[1]
    assert box.left <= dot_across
    assert box.top <= dot_down
    assert box.right >= sheet.width - dot_across
    assert box.bottom >= sheet.height - dot_down


@given(lenses())
def test_paging_down_shows_every_line_and_comes_to_an_end(lens: Viewport) -> None:
    lens = lens.zoomed(closer=True)
    seen_to = lens.box.bottom
    for _ in range(20_000):
        if lens.is_at_foot:
            break
        lens = lens.moved(0, 0.9)
        assert lens.box.top <= seen_to + 1e-6
        seen_to = lens.box.bottom
    assert seen_to >= lens.sheet.ink.bottom - (lens.box.bottom - lens.box.top) / lens.dots[1]


def test_zoom_goes_from_the_whole_page_over_its_width_to_letters_in_steps() -> None:
    zooms = all_zooms(a_lens())
    assert [each.zoom for each in zooms] == [Fit.PAGE, Fit.WIDTH, 12, 8, 6, 4, 2]
    assert [round(each.magnification, 1) for each in zooms[1:]] == [1, 1.5, 2.2, 3, 4.5, 9]
    back = [zooms[-1]]
    while (farther := back[-1].zoomed(closer=False)) != back[-1]:
        back.append(farther)
    assert [each.zoom for each in reversed(back)] == [each.zoom for each in zooms]


def test_a_larger_screen_needs_fewer_steps() -> None:
    assert [each.zoom for each in all_zooms(a_lens(columns=200, rows=58))] == [Fit.PAGE, Fit.WIDTH, 6, 4, 2]


def test_its_width_is_the_width_of_its_ink() -> None:
    box = a_lens().box
    assert 0 < A4.ink.left - box.left < 40
    assert 0 < box.right - A4.ink.right < 40


def test_a_dot_takes_a_whole_number_of_pixels_wherever_one_looks() -> None:
    for lens in all_zooms(a_lens())[2:]:
        for seen in (lens, lens.moved(0.5, 0.5), lens.at_end(), lens.moved(0.5, 0.9).moved(0.5, 0.9)):
            pixels = lens.pixels / 2
            assert (seen.box.right - seen.box.left) / seen.dots[0] == pixels
            assert (seen.box.bottom - seen.box.top) / seen.dots[1] == pixels
            assert (seen.box.left % pixels, seen.box.top % pixels) == (0, 0)


def test_standard_resolution_looks_the_same_as_fine() -> None:
    for fine, standard in zip(all_zooms(a_lens()), all_zooms(a_lens(STANDARD)), strict=True):
        assert fine.zoom == standard.zoom
        fine_height, standard_height = (each.box.bottom - each.box.top for each in (fine, standard))
        assert abs(standard_height * 2 / fine_height - 1) < 0.15


def test_getting_closer_at_the_start_of_a_page_stays_there() -> None:
    closer = a_lens().zoomed(closer=True).zoomed(closer=True)
    assert closer == closer.at_start()


def test_getting_closer_elsewhere_keeps_the_middle() -> None:
    lens = a_lens().zoomed(closer=True).moved(0.25, 2)
    before, after = lens.box, lens.zoomed(closer=True).box
    assert abs((before.left + before.right) - (after.left + after.right)) < 20
    assert abs((before.top + before.bottom) - (after.top + after.bottom)) < 20


def test_another_page_is_as_large_and_seen_from_its_start() -> None:
    lens = a_lens().zoomed(closer=True).zoomed(closer=True).moved(0.5, 0.5).on_page(STANDARD)
    assert lens == a_lens(STANDARD).at_zoom(8)
