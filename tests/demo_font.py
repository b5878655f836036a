"""Make the font of the demo's scanned pages from DejaVu Sans Condensed: `python tests/demo_font.py`.

For each size: the rows of each character as a scanner sees it, so that the demo needs no library to draw it.
"""

import struct
import zlib
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from faxtui.demo import documents

FOLDER = Path("/usr/share/fonts/truetype/dejavu")
DOTS_A_POINT = 2.8


def main() -> None:
    parts = []
    for size, is_bold in documents.FONT_SIZES:
        file = FOLDER / ("DejaVuSansCondensed-Bold.ttf" if is_bold else "DejaVuSansCondensed.ttf")
        font = ImageFont.truetype(str(file), round(size * DOTS_A_POINT))
        height = documents.glyph_height(size)
        for character in documents.CHARACTERS:
            image = Image.new("L", (64, height))
            ImageDraw.Draw(image).text((2, documents.baseline(size)), character, fill=255, font=font, anchor="ls")
            rows = image.point([0] * 120 + [255] * 136).convert("1").tobytes()
            parts.append(struct.pack("B", round(font.getlength(character))) + rows)
    documents.FONT_FILE.write_bytes(zlib.compress(b"".join(parts), 9))


if __name__ == "__main__":
    main()
