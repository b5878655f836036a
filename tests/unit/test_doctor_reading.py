"""What doctor finds of the programs around faxtui: reading, downloads, keyring, clipboard."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from doctor_report import installation

from faxtui.config.settings import Download, Profile, Reader, Settings
from faxtui.doctor.checks import check_clipboard, check_downloads, check_keyring, check_reading
from faxtui.doctor.report import Finding, Installation, Topic, Verdict, ok, skipped


def subject(folder: Path, settings: Settings | None = None, **environ: str) -> Installation:
    return installation(folder, "https://fax.invalid", environ=environ, settings=settings)


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called tesseract that knows two languages."""
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\ncase $1 in --list-langs) printf 'List:\\nfra\\nosd\\n';; *) echo tesseract 5.3.0;; esac\n"
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return program


async def test_reading_is_told_with_versions_and_languages(stand_in: Path, tmp_path: Path) -> None:
    found = await check_reading(subject(tmp_path, Settings(reader=Reader(languages=("fra",)))))
    assert found.verdict is Verdict.OK
    assert found.sentence.startswith("PDF with pdfium ")
    assert found.sentence.endswith("; text with tesseract 5.3.0 (fra, osd)")


async def test_a_language_that_is_missing_comes_with_its_package(stand_in: Path, tmp_path: Path) -> None:
    found = await check_reading(subject(tmp_path, Settings(reader=Reader(languages=("fra", "deu")))))
    assert found.verdict is Verdict.WARNING
    assert found.sentence.endswith("Install tesseract-ocr-deu, or change languages in [reader].")


async def test_without_tesseract_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = await check_reading(subject(tmp_path))
    assert found.verdict is Verdict.WARNING
    assert "sudo apt install tesseract-ocr" in found.sentence


def test_a_download_folder_is_writable_or_a_warning(tmp_path: Path) -> None:
    there = Settings(download=Download(folder=tmp_path / "faxes"))
    assert check_downloads(subject(tmp_path, there)) == ok(Topic.DOWNLOADS, f"{tmp_path}/faxes is writable")
    (tmp_path / "file").touch()
    blocked = check_downloads(subject(tmp_path, Settings(download=Download(folder=tmp_path / "file"))))
    assert blocked.verdict is Verdict.WARNING
    assert "no fax can be saved" in blocked.sentence


async def test_a_keyring_that_fails_is_a_problem_only_if_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = pytest.importorskip("keyring")
    from keyring.backends import fail

    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)
    unused = await check_keyring(subject(tmp_path))
    used = await check_keyring(subject(tmp_path, Settings(profile=Profile(keyring=True))))
    assert (unused.verdict, used.verdict) == (Verdict.SKIPPED, Verdict.WARNING)
    assert unused.sentence == used.sentence == "can't be used: there is none on this machine."


def test_the_clipboard_depends_on_the_terminal(tmp_path: Path) -> None:
    def told(size: os.terminal_size | None, **environ: str) -> Finding:
        return check_clipboard(replace(subject(tmp_path, None, **environ), terminal=size))

    assert told(None) == skipped(Topic.CLIPBOARD, "not used without a terminal.")
    assert "OSC 52" in told(os.terminal_size((80, 24))).sentence
    assert "set-clipboard" in told(os.terminal_size((80, 24)), TMUX="/tmp/tmux").sentence
