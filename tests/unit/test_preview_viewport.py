"""What part of a page is on the screen, and how large."""

from hypothesis import given
from hypothesis import strategies as st

from faxtui.preview.protocol import Box, PageInfo
from faxtui.preview.viewport import ASCII, BRAILLE, HALF_BLOCKS, QUADRANTS, Fit, Viewport

A4 = PageInfo(1728, 2292, 204 / 196, Box(166, 72, 1567, 2187), is_blank=False)
STANDARD = PageInfo(1728, 1146, 204 / 98, Box(166, 36, 1567, 1093), is_blank=False)
"""The same in a fax's standard resolution: pixels are twice as tall as wide."""


def a_viewport(page: PageInfo = A4, columns: int = 80, rows: int = 22) -> Viewport:
    return Viewport(page, BRAILLE, columns, rows).at_start()


def all_zooms(viewport: Viewport) -> list[Viewport]:
    viewports = [viewport.at_zoom(Fit.PAGE)]
    while (closer := viewports[-1].zoomed(closer=True)) != viewports[-1]:
        viewports.append(closer)
    return viewports


def shares(box: Box, other: Box) -> bool:
    return box.left < other.right and other.left < box.right and box.top < other.bottom and other.top < box.bottom


@st.composite
def viewports(draw: st.DrawFn) -> Viewport:
    width, height = draw(st.integers(1, 4000)), draw(st.integers(1, 9000))
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    ink = Box(left, top, draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height)))
    page = PageInfo(width, height, draw(st.sampled_from((0.5, 1.0, 1.04, 2.08))), ink, is_blank=False)
    drawing = draw(st.sampled_from((BRAILLE, QUADRANTS, HALF_BLOCKS, ASCII)))
    return Viewport(page, drawing, draw(st.integers(10, 250)), draw(st.integers(4, 80))).at_start()


@given(viewports(), st.lists(st.sampled_from("+-<>^vHEz"), max_size=12))
def test_whatever_is_pressed_some_of_the_page_is_seen(viewport: Viewport, keys: list[str]) -> None:
    for key in keys:
        match key:
            case "+" | "-":
                viewport = viewport.zoomed(closer=key == "+")
            case "<" | ">":
                viewport = viewport.moved(0.5 if key == ">" else -0.5, 0)
            case "^" | "v":
                viewport = viewport.moved(0, 0.9 if key == "v" else -0.9)
            case "H" | "E":
                viewport = viewport.at_start() if key == "H" else viewport.at_end()
            case _:
                viewport = viewport.at_zoom(Fit.PAGE)
        assert shares(viewport.box, Box(0, 0, viewport.page.width, viewport.page.height))
        assert 0 <= viewport.share_read <= 1
        assert viewport.dots == (viewport.columns * viewport.drawing.across, viewport.rows * viewport.drawing.down)


@given(viewports())
def test_the_whole_page_is_all_of_it(viewport: Viewport) -> None:
    box, page = viewport.at_zoom(Fit.PAGE).box, viewport.page
    dot_across, dot_down = (box.right - box.left) / viewport.dots[0], (box.bottom - box.top) / viewport.dots[1]
    assert box.left <= dot_across
    assert box.top <= dot_down
    assert box.right >= page.width - dot_across
    assert box.bottom >= page.height - dot_down


@given(viewports())
def test_paging_down_shows_every_line_and_comes_to_an_end(viewport: Viewport) -> None:
    viewport = viewport.zoomed(closer=True)
    seen_to = viewport.box.bottom
    for _ in range(20_000):
        if viewport.is_at_end:
            break
        viewport = viewport.moved(0, 0.9)
        assert viewport.box.top <= seen_to + 1e-6
        seen_to = viewport.box.bottom
    assert seen_to >= viewport.page.ink.bottom - (viewport.box.bottom - viewport.box.top) / viewport.dots[1]


def test_zoom_goes_from_the_whole_page_over_its_width_to_letters_in_steps() -> None:
    zooms = all_zooms(a_viewport())
    assert [each.zoom for each in zooms] == [Fit.PAGE, Fit.WIDTH, 12, 8, 6, 4, 2]
    assert [round(each.magnification, 1) for each in zooms[1:]] == [1, 1.5, 2.2, 3, 4.5, 9]
    back = [zooms[-1]]
    while (farther := back[-1].zoomed(closer=False)) != back[-1]:
        back.append(farther)
    assert [each.zoom for each in reversed(back)] == [each.zoom for each in zooms]


def test_a_larger_screen_needs_fewer_steps() -> None:
    assert [each.zoom for each in all_zooms(a_viewport(columns=200, rows=58))] == [Fit.PAGE, Fit.WIDTH, 6, 4, 2]


def test_its_width_is_the_width_of_its_ink() -> None:
    box = a_viewport().box
    assert 0 < A4.ink.left - box.left < 40
    assert 0 < box.right - A4.ink.right < 40


def test_a_dot_takes_a_whole_number_of_pixels_wherever_one_looks() -> None:
    for viewport in all_zooms(a_viewport())[2:]:
        for seen in (viewport, viewport.moved(0.5, 0.5), viewport.at_end(), viewport.moved(0.5, 0.9).moved(0.5, 0.9)):
            pixels = viewport.pixels / 2
            assert (seen.box.right - seen.box.left) / seen.dots[0] == pixels
            assert (seen.box.bottom - seen.box.top) / seen.dots[1] == pixels
            assert (seen.box.left % pixels, seen.box.top % pixels) == (0, 0)


def test_standard_resolution_looks_the_same_as_fine() -> None:
    for fine, standard in zip(all_zooms(a_viewport()), all_zooms(a_viewport(STANDARD)), strict=True):
        assert fine.zoom == standard.zoom
        fine_height, standard_height = (each.box.bottom - each.box.top for each in (fine, standard))
        assert abs(standard_height * 2 / fine_height - 1) < 0.15


def test_getting_closer_at_the_start_of_a_page_stays_there() -> None:
    closer = a_viewport().zoomed(closer=True).zoomed(closer=True)
    assert closer == closer.at_start()


def test_getting_closer_elsewhere_keeps_the_middle() -> None:
    viewport = a_viewport().zoomed(closer=True).moved(0.25, 2)
    before, after = viewport.box, viewport.zoomed(closer=True).box
    assert abs((before.left + before.right) - (after.left + after.right)) < 20
    assert abs((before.top + before.bottom) - (after.top + after.bottom)) < 20


def test_another_page_is_as_large_and_seen_from_its_start() -> None:
    viewport = a_viewport().zoomed(closer=True).zoomed(closer=True).moved(0.5, 0.5).on_page(STANDARD)
    assert viewport == a_viewport(STANDARD).at_zoom(8)
