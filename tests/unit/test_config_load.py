"""The configuration: the user's file over the site's over the defaults, and what is said of what can't be taken."""

from pathlib import Path

import pytest

from faxtui.config.load import Paths, load_settings
from faxtui.config.settings import Profile, Section, Settings, Ui
from faxtui.errors import ConfigurationError


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "config.toml", tmp_path / "site.toml", tmp_path / "state.toml", tmp_path / "log")


def load(paths: Paths, user: str = "", site: str = "", profile: str | None = None) -> Settings:
    paths.config.write_text(user, encoding="utf-8")
    paths.site_config.write_text(site, encoding="utf-8")
    return load_settings(paths, profile)


def test_without_files_there_are_the_defaults(paths: Paths) -> None:
    settings = load_settings(paths)
    assert settings == Settings()
    assert (settings.profile_name, settings.profile.base_url) == ("main", "https://api.odyssey-services.fr")
    assert (settings.ui.page_size, settings.ui.zone, settings.problems) == (50, None, ())


def test_the_users_file_goes_over_the_sites_setting_by_setting(paths: Paths) -> None:
    settings = load(
        paths,
        user='[ui]\npage_size = 25\n[profiles.main]\nlogin = "mine"\n[keys]\n"page.next" = "m"\n',
        site='[ui]\npage_size = 100\nmouse = false\n[profiles.main]\nlogin = "theirs"\nallow_http = true\n'
        '[keys]\n"page.next" = "x"\nquit = "z"\n',
    )
    assert settings.ui == Ui(page_size=25, mouse=False)
    assert settings.profile == Profile(login="mine", allow_http=True)
    assert settings.keys == (("page.next", "m"), ("quit", "z"))
    assert settings.problems == ()


def test_an_action_may_be_written_without_quotes(paths: Paths) -> None:
    settings = load(paths, "[keys]\npage.next = 'm'\npage.go = 'G'\ncursor.page_up = 'b'\nquit = 'z'\n")
    assert dict(settings.keys) == {"page.next": "m", "page.go": "G", "cursor.page_up": "b", "quit": "z"}
    assert settings.problems == ()


def test_every_setting_is_read(paths: Paths) -> None:
    settings = load(
        paths,
        """
        default_profile = "lab"
        [profiles.lab]
        base_url = "http://localhost:1"
        login = "60300.lab"
        auth = "oauth2"
        token_url = "http://localhost:2"
        client_id = "ours"
        client_secret_command = ["pass", "show", "client"]
        password_command = ["pass", "show", "fax"]
        password_file = "~/pass"
        keyring = true
        service_timezone = "Europe/London"
        read_only = true
        allow_http = true
        prefetch = false
        [ui]
        theme = "light"
        page_size = 1000
        timezone = "Asia/Tokyo"
        date_format = "%d.%m."
        mouse = false
        thin = false
        columns = ["from", "received", "from"]
        remember_filters = false
        escape_delay = 250
language = "fr"
        """,
    )
    assert settings.problems == ()
    profile, ui = settings.profile, settings.ui
    assert settings.profile_name == "lab"
    assert profile == Profile(
        base_url="http://localhost:1",
        login="60300.lab",
        auth="oauth2",
        token_url="http://localhost:2",
        client_id="ours",
        client_secret_command=("pass", "show", "client"),
        password_command=("pass", "show", "fax"),
        password_file=Path.home() / "pass",
        keyring=True,
        service_timezone="Europe/London",
        read_only=True,
        allow_http=True,
        prefetch=False,
    )
    assert ui == Ui("light", 1000, "Asia/Tokyo", "%d.%m.", False, "false", ("from", "received"), False, 250, "fr")
    for section in (profile, ui):
        for each in section.settings():
            assert getattr(section, each.name) != getattr(type(section)(), each.name)
    assert [each.name for each in ui.shown_fields] == ["from", "received"]
    assert str(ui.zone) == "Asia/Tokyo"


@pytest.mark.parametrize("kind", [Profile, Ui])
def test_every_setting_has_a_help(kind: type[Section]) -> None:
    assert all(each.help for each in kind.settings())


@pytest.mark.parametrize("broken", ["user", "site"])
def test_a_broken_file_is_told_of_with_its_place_and_counts_as_empty(paths: Paths, broken: str) -> None:
    texts = {"user": "[ui]\nmouse = false", "site": "[ui]\npage_size = 10", broken: "[ui\n"}
    settings = load(paths, **texts)
    path = {"user": paths.config, "site": paths.site_config}[broken]
    (problem,) = settings.problems
    assert problem.startswith(f"{path} is not valid TOML: ")
    assert "(at line 1, column 4)" in problem
    assert problem.endswith("Until then the defaults apply.")
    assert settings.ui == (Ui(page_size=10) if broken == "user" else Ui(mouse=False))
    assert path.read_text() == "[ui\n"


def test_a_file_that_cannot_be_read_is_told_of(paths: Paths) -> None:
    paths.config.mkdir()
    settings = load_settings(paths)
    assert settings.ui == Ui()
    assert settings.problems == (
        f"{paths.config} can't be read: Is a directory. Correct its permissions. Until then the defaults apply.",
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("page_size = 0", "Expected an integer from 1 to 1,000."),
        ("page_size = 1001", "Expected an integer from 1 to 1,000."),
        ('page_size = "50"', "Expected an integer from 1 to 1,000."),
        ("page_size = true", "Expected an integer from 1 to 1,000."),
        ("mouse = 1", "Expected true or false."),
        ('mouse = "true"', "Expected true or false."),
        ('theme = "drak"', "Expected one of auto, dark, light, ansi."),
        ("theme = []", "Expected one of auto, dark, light, ansi."),
        ("date_format = 2026-11-23", "Expected a text in quotes."),
        ('timezone = "Europe/Pariss"', "There is no time zone “Europe/Pariss”. Write it like Europe/Paris."),
        ('timezone = "../../etc/passwd"', "There is no time zone “../../etc/passwd”. Write it like Europe/Paris."),
        ('timezone = ""', "There is no time zone “”. Write it like Europe/Paris."),
        ("timezone = 2", "Expected a text in quotes."),
        ('columns = "from"', "Expected a list of columns in brackets."),
        ("columns = [1]", "Expected a text in quotes."),
        (
            'columns = ["from", "form"]',
            "There is no column “form”. "
            "Choose from received, from, to, pages, duration, file, baud, folder, message, customer.",
        ),
    ],
)
def test_a_value_that_cannot_be_taken_costs_only_itself(paths: Paths, line: str, told: str) -> None:
    name = line.partition(" ")[0]
    settings = load(paths, f"[ui]\nremember_filters = false\n{line}\n")
    assert settings.ui == Ui(remember_filters=False)
    assert settings.problems == (f"Ignored “{name}” in [ui] of {paths.config}. {told}",)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('password_file = "a\\u0000b"', "A path can't contain control characters."),
        ('password_file = "~nobody-of-that-name/x"', "Its home folder is unknown. Write an absolute path."),
        ("login = 60300", "Expected a text in quotes."),
    ],
)
def test_a_bad_value_in_a_profile_is_told_of_with_its_table(paths: Paths, line: str, told: str) -> None:
    settings = load(paths, f"[profiles.main]\n{line}\n")
    assert settings.profile == Profile()
    name = line.partition(" ")[0]
    assert settings.problems == (f"Ignored “{name}” in [profiles.main] of {paths.config}. {told}",)


def test_a_bad_value_of_the_user_leaves_the_sites_in_force(paths: Paths) -> None:
    assert load(paths, "[ui]\npage_size = -1", "[ui]\npage_size = 20").ui.page_size == 20


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[ui]\npagesize = 3", "There is no setting “pagesize” in [ui] of {}. Did you mean “page_size”?"),
        ("[ui]\nxyzzy = 3", "There is no setting “xyzzy” in [ui] of {}."),
        ("[profiles.main]\nuser = 3", "There is no setting “user” in [profiles.main] of {}."),
        ("[profile.main]\nlogin = 'x'", "There is no setting “profile” in {}. Did you mean “profiles”?"),
        ("[kyes]\na = 'x'", "There is no setting “kyes” in {}. Did you mean “keys”?"),
        ("ui = 3", "Ignored “ui” in {}. Expected a table, written [ui]."),
        ("[profiles]\nmain = 3", "Ignored “main” in {}. Expected a table, written [profiles.main]."),
        ("[keys]\nquit = 3", "Ignored “quit” in [keys] of {}. Expected the name of a key in quotes."),
        ("[keys]\nquit = ' '", "Ignored “quit” in [keys] of {}. Expected the name of a key in quotes."),
        ('[ui]\n"\\u001b[2J" = 1', "There is no setting “␛[2J” in [ui] of {}."),
    ],
)
def test_what_nobody_knows_is_told_of_with_the_nearest_name(paths: Paths, text: str, told: str) -> None:
    settings = load(paths, text)
    assert settings.problems == (told.format(paths.config),)
    assert (settings.ui, settings.profile, settings.keys) == (Ui(), Profile(), ())


def test_keys_are_read_whatever_they_name(paths: Paths) -> None:
    assert load(paths, '[keys]\n"page.next" = "n,right"\n"no.such" = "x"').keys == (
        ("page.next", "n,right"),
        ("no.such", "x"),
    )


TWO = '[profiles.lab]\nlogin = "lab"\n[profiles.ward]\nlogin = "ward"\n'


@pytest.mark.parametrize(
    ("text", "wanted", "name"),
    [
        ("", None, "main"),
        (TWO, None, "main"),
        (TWO, "ward", "ward"),
        (f'default_profile = "lab"\n{TWO}', None, "lab"),
        (f'default_profile = "lab"\n{TWO}', "ward", "ward"),
        ('[profiles.lab]\nlogin = "lab"', None, "lab"),
    ],
)
def test_the_profile_is_the_one_asked_for_else_the_default_else_the_only_one(
    paths: Paths, text: str, wanted: str | None, name: str
) -> None:
    settings = load(paths, text, profile=wanted)
    assert settings.profile_name == name
    assert settings.profile.login == ("" if name == "main" else name)


@pytest.mark.parametrize(
    ("text", "wanted", "told"),
    [
        (TWO, "radiology", "There is no profile “radiology” in the configuration. Choose from lab, ward."),
        (f'default_profile = "x"\n{TWO}', None, "There is no profile “x” in the configuration. Choose from lab, ward."),
        ("", "main", "There is no profile “main” in the configuration: there are none."),
    ],
)
def test_a_profile_that_is_not_there_stops_it(paths: Paths, text: str, wanted: str | None, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(paths, text, profile=wanted)
    assert str(caught.value) == told


def test_a_profile_missing_from_a_broken_file_is_told_of_with_what_broke_it(paths: Paths) -> None:
    with pytest.raises(ConfigurationError, match=r"line 1, column 4.* There is no profile “lab”"):
        load(paths, "[ui\n", profile="lab")


def test_a_read_only_that_cannot_be_read_still_deletes_nothing(paths: Paths) -> None:
    settings = load(paths, '[profiles.main]\nread_only = "yes"\n')
    assert settings.profile.read_only
    assert "Expected true or false." in settings.problems[0]
