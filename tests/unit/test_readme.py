"""What the documents say is what the program does."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from faxtui import __version__
from faxtui.cli import run
from faxtui.cli.options import parse
from faxtui.config.load import Paths, load_settings
from faxtui.config.settings import SECTIONS, Profile, Section, Settings
from faxtui.ui.keymap import BROWSER, FAX_ACTIONS, FAX_SCREEN, FIELDS, PROGRAM_WIDE, TABLE, Action, Keys, key_label

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
README = (ROOT / "README.md").read_text(encoding="utf-8")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


class Environment(Mapping[str, str]):
    """Holds nothing, and notes what was looked for in it."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def section(title: str) -> str:
    """What stands below a heading of the README, up to the next one."""
    return README.split(f"# {title}\n", 1)[1].split("\n#", 1)[0]


EXAMPLE = section("Configuration").split("```toml\n")[1].split("```")[0]
"""The configuration with every setting."""


def keys_after(words: str) -> Mapping[str, set[str]]:
    """The keys of each action, in the table that follows these words."""
    rows = section("Keys").split(f"{words}\n\n", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {name.strip("`"): set(re.findall("`([^`]+)`", keys)) for keys, _, name in cells}


def keys_of(actions: tuple[Action, ...]) -> Mapping[str, set[str]]:
    return {each.id: {key_label(key) for key in each.keys.split(",")} for each in actions}


@pytest.mark.parametrize(
    ("words", "actions"),
    [
        ("In the list:", TABLE + BROWSER),
        ("In a fax:", FAX_SCREEN),
        ("In both, for the marked faxes or the one:", (*FAX_ACTIONS, FIELDS)),
        ("Anywhere:", PROGRAM_WIDE),
    ],
)
def test_the_readme_names_every_key_and_no_other(words: str, actions: tuple[Action, ...]) -> None:
    assert keys_after(words) == keys_of(actions)


def test_the_readme_names_every_option_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"], {}) == 0
    options = section("Options").split("WHEN is one of")[0]
    assert set(_OPTION.findall(options)) == set(_OPTION.findall(capsys.readouterr().out))


@pytest.mark.parametrize("command", ["list", "download", "journal", "purge", "doctor"])
def test_the_readme_names_every_option_of_a_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"], {}) == 0
    common = set(_OPTION.findall(capsys.readouterr().out))
    assert run([command, "--help"], {}) == 0
    own = set(_OPTION.findall(capsys.readouterr().out)) - common
    lines = [each for each in section("For scripts").splitlines() if each.startswith(f"| `faxtui {command}")]
    assert set(_OPTION.findall("".join(lines))) >= own


def test_the_readme_names_every_variable_of_ours_and_no_other() -> None:
    environment = Environment()
    parse([], environment)
    assert set(re.findall("FAXTUI_[A-Z_]+", README)) == environment.asked


def links(name: str) -> list[Path]:
    """The files that a document links to."""
    return [ROOT / each for each in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text(encoding="utf-8"))]


@pytest.fixture
def example(tmp_path: Path) -> Settings:
    """The configuration of the README, read as faxtui reads it."""
    file = tmp_path / "config.toml"
    file.write_text(EXAMPLE, encoding="utf-8")
    return load_settings(Paths(file, tmp_path / "none.toml", tmp_path / "state.toml", tmp_path))


def test_the_configuration_of_the_readme_is_taken_as_it_is(example: Settings) -> None:
    assert example.problems == ()
    assert Keys(dict(example.keys)).problems == []


@pytest.mark.parametrize(
    ("kind", "names"), [(Profile, ("profiles", "main")), *((kind, (name,)) for name, kind in SECTIONS.items())]
)
def test_the_readme_shows_every_setting(kind: type[Section], names: tuple[str, ...]) -> None:
    table = tomllib.loads(EXAMPLE)
    for name in names:
        table = table[name]
    assert list(table) == [each.name for each in kind.settings()]


def test_the_readme_shows_the_defaults(example: Settings) -> None:
    without_default = {"login"}
    shown = {each.name: getattr(example.profile, each.name) for each in fields(Profile)}
    default = {each.name: getattr(Profile(), each.name) for each in fields(Profile)}
    assert {name for name in shown if shown[name] != default[name]} == without_default
    assert all(example.section(name) == kind() for name, kind in SECTIONS.items())


def test_the_last_check_runs_the_tests_as_the_readme_does() -> None:
    setting_up_and_testing = section("Try it").split("run the tests:\n\n```sh\n")[1].split("\n", 1)[0]
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == (
        setting_up_and_testing.rsplit(" && ", 1)[1]
    )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files_that_are_there(name: str) -> None:
    assert [each for each in links(name) if each.suffix != ".svg" and not each.is_file()] == []


def test_every_picture_of_the_readme_is_one_that_is_made() -> None:
    made = set(re.findall(r'"([\w-]+)": Scene\(', (ROOT / "screenshots" / "make.py").read_text(encoding="utf-8")))
    pictures = [each for each in links("README.md") if each.suffix == ".svg"]
    assert {each.parent.name for each in pictures} == {"screenshots"}
    assert {each.stem for each in pictures} <= made


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
