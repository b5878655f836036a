"""Profiles over both files, which of them is in force, where each setting comes from, and files of other versions."""

from pathlib import Path

import pytest

from faxtui.config.load import NEWEST_VERSION, Paths, load_settings
from faxtui.config.settings import Profile, Settings, Ui
from faxtui.errors import ConfigurationError


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "config.toml", tmp_path / "site.toml", tmp_path / "state.toml", tmp_path / "log")


def load(paths: Paths, user: str = "", site: str = "", profile: str | None = None) -> Settings:
    paths.config.write_text(user, encoding="utf-8")
    paths.site_config.write_text(site, encoding="utf-8")
    return load_settings(paths, profile)


def test_the_profiles_of_both_files_are_there_and_one_of_the_same_name_is_made_of_both(paths: Paths) -> None:
    site = '[profiles.lab]\nbase_url = "https://site"\nlogin = "theirs"\n[profiles.ward]\nlogin = "ward"\n'
    user = '[profiles.own]\nlogin = "own"\n[profiles.lab]\nlogin = "mine"\n'
    assert load(paths, user, site, "lab").profile == Profile("https://site", "mine")
    assert load(paths, user, site, "ward").profile == Profile(login="ward")
    assert load(paths, user, site, "own").profile_names == ("lab", "ward", "own")


def test_the_users_default_profile_goes_over_the_sites(paths: Paths) -> None:
    two = "[profiles.a]\n[profiles.b]\n"
    assert load(paths, "", f'default_profile = "a"\n{two}').profile_name == "a"
    assert load(paths, 'default_profile = "b"\n', f'default_profile = "a"\n{two}').profile_name == "b"
    settings = load(paths, "default_profile = 3\n", f'default_profile = "a"\n{two}')
    assert settings.profile_name == "a"
    assert settings.problems == (f"Ignored “default_profile” in {paths.config}. Expected a text in quotes.",)


def test_every_setting_tells_the_file_it_comes_from(paths: Paths) -> None:
    settings = load(
        paths,
        'default_profile = "lab"\n[ui]\npage_size = 10\n[profiles.lab]\nlogin = "l"\n[keys]\nquit = "z"\n',
        '[ui]\npage_size = 5\nmouse = false\n[profiles.lab]\nread_only = true\n[keys]\nhelp = "h"\n[views.v]\n',
    )
    assert dict(settings.origins) == {
        "default_profile": paths.config,
        "ui.page_size": paths.config,
        "ui.mouse": paths.site_config,
        "profiles.lab.login": paths.config,
        "profiles.lab.read_only": paths.site_config,
        "keys.quit": paths.config,
        "keys.help": paths.site_config,
        "views.v": paths.site_config,
    }


def test_a_value_left_out_is_nowhere_an_origin(paths: Paths) -> None:
    assert load(paths, "default_profile = 1\n[ui]\npage_size = 0\n[keys]\nquit = 1\n[views]\nv = 1").origins == ()


def test_what_is_no_profile_is_told_of_and_is_not_among_them(paths: Paths) -> None:
    text = '[profiles]\nward = "x"\n[profiles.lab]\nlogin = "l"\n'
    settings = load(paths, text)
    assert (settings.profile_name, settings.profile_names) == ("lab", ("lab",))
    assert settings.problems == (f"Ignored “ward” in {paths.config}. Expected a table, written [profiles.ward].",)
    with pytest.raises(ConfigurationError, match=r"There is no profile “ward” in the configuration. Choose from lab\."):
        load(paths, text, profile="ward")


@pytest.mark.parametrize("date_format", ["%", "%d\\n%m", "\\u0000", "%d.%m. %H:%M:%S", ""])
def test_a_date_format_is_one_that_can_be_written_on_a_line(paths: Paths, date_format: str) -> None:
    settings = load(paths, f'[ui]\ndate_format = "{date_format}"\n')
    assert settings.problems == () or settings.ui == Ui()
    assert bool(settings.problems) == ("\\" in date_format)


def test_a_command_holds_no_null_character(paths: Paths) -> None:
    settings = load(paths, '[profiles.main]\npassword_command = ["a", "b\\u0000"]\n')
    assert settings.profile.password_command == ()
    assert settings.problems[0].endswith("A command can't contain a null character.")


# Versions


def test_a_file_of_this_version_is_as_it_is(paths: Paths) -> None:
    assert load(paths, f"version = {NEWEST_VERSION}\n").problems == ()


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("2", "{} was written for a newer faxtui (version 2). Settings that this one does not know are ignored."),
        ("0", "The version of {} is not a positive integer: ignored."),
        ("true", "The version of {} is not a positive integer: ignored."),
        ('"1"', "The version of {} is not a positive integer: ignored."),
    ],
)
def test_a_version_that_nobody_knows_is_told_of_and_the_rest_is_read(paths: Paths, version: str, told: str) -> None:
    settings = load(paths, f"version = {version}\n[ui]\nmouse = false\n")
    assert settings.ui == Ui(mouse=False)
    assert settings.problems == (told.format(paths.config),)
