"""Configuration files of the program under test, in its home."""

from pathlib import Path

from odyssey_server import CLIENT_SECRET, LOGIN


def configured(home: Path, text: str, folder: str = "config") -> Path:
    """Write config.toml: the user's, or with ``folder`` "site" the machine's."""
    path = home / folder / "faxtui" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def profile(base_url: str, *lines: str) -> str:
    """A profile with a login at this address."""
    return "\n".join(["[profiles.main]", f'base_url = "{base_url}"', f'login = "{LOGIN}"', *lines])


def oauth2_profile(base_url: str, secret: str = CLIENT_SECRET) -> str:
    """One that signs in by oauth2 where the demo gives out tokens."""
    return profile(
        base_url,
        'auth = "oauth2"',
        'client_id = "faxtui"',
        f'token_url = "{base_url}/connect/token"',
        f'client_secret_command = ["printf", "{secret}"]',
    )
