"""The pictures of the README are what the program shows. To renew them: python screenshots/make.py"""

from pathlib import Path

import pytest
from make import SCENES, take

PICTURES = Path(__file__).parents[2] / "screenshots"


@pytest.mark.parametrize("name", SCENES)
async def test_a_picture_is_what_the_program_shows(name: str) -> None:
    assert await take(SCENES[name]) == saved(name), "renew it with: python screenshots/make.py"


def test_there_is_no_picture_of_anything_else() -> None:
    assert {each.stem for each in PICTURES.glob("*.svg")} == set(SCENES)


def saved(name: str) -> str:
    return (PICTURES / f"{name}.svg").read_text(encoding="utf-8")
