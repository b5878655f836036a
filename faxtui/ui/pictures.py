"""Pages in pixels, on terminals that show pictures."""

from __future__ import annotations

from itertools import count

from faxtui.preview.protocol import Raster
from faxtui.preview.viewport import Drawing
from faxtui.terminal.capabilities import Capabilities
from faxtui.terminal.graphics import (
    MOST_IN_TMUX,
    Graphics,
    Picture,
    kitty_picture,
    kitty_upload,
    png,
    sixel,
)

_IMAGE = 1
"""The number of our one image in kitty: each upload replaces the one before it."""
_names = count(1)


def pixel_drawing(graphics: Graphics) -> Drawing | None:
    """Return the drawing style in which each dot is a pixel; None if the terminal shows no pictures."""
    if not graphics.has_pictures:
        return None
    width, height = graphics.cell
    return Drawing("pixels", width, height, "", aspect=height / width)


def encode(
    raster: Raster, least_ink: float, columns: int, rows: int, graphics: Graphics, capabilities: Capabilities
) -> Picture | None:
    """Return part of a page as a picture for these cells; None if it is larger than tmux accepts.

    Four greys are smoother but take more bytes: far away, a pixel is ink or paper.
    """
    width, height = raster.width, raster.height
    if graphics.kitty:
        upload = kitty_upload(_IMAGE, png(width, height, raster.ink, least_ink=least_ink))
        return kitty_picture(_IMAGE, upload, (0, 0, width, height), columns, rows, f"page {next(_names)}")
    data = sixel(width, height, raster.ink, levels=2 if capabilities.is_remote else 4, least_ink=least_ink)
    if capabilities.is_in_tmux and len(data) > MOST_IN_TMUX:
        return None
    return Picture(columns, rows, height, data)
