"""Textual's private names that the drivers rely on, and the check that this Textual has them.

A release of Textual may rename them without notice. The program then runs on Textual's own driver instead of failing
in the middle of a session.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

_LINUX_DRIVER = "textual.drivers.linux_driver:LinuxDriver"
_PARSER = "textual._xterm_parser:XTermParser"

METHODS: dict[str, dict[str, tuple[str, ...]]] = {
    _LINUX_DRIVER: {
        "_disable_mouse_support": ("self",),
        "_enable_mouse_support": ("self",),
        "_get_terminal_size": ("self",),
        "_query_in_band_window_resize": ("self",),
        "_sigcont_application": ("self",),
        "close": ("self",),
        "process_message": ("self", "message"),
        "resume_application_mode": ("self",),
        "run_input_thread": ("self",),
        "start_application_mode": ("self",),
        "stop_application_mode": ("self",),
        "suspend_application_mode": ("self",),
        "write": ("self", "data"),
    },
    _PARSER: {
        "_sequence_to_key_events": ("self", "sequence"),
        "parse_mouse_code": ("self", "code"),
    },
    "textual.drivers._writer_thread:WriterThread": {"stop": ("self",)},
}
"""Methods that the drivers call or override, by class, with the parameters that they pass or are passed."""
ATTRIBUTES = (
    *("_app", "_auto_restart", "_loop", "_mouse"),
    *("_must_signal_resume", "_writer_thread", "exit_event", "fileno", "input_tty"),
)
"""Attributes that the constructors of Textual's driver set."""


def unexpected() -> Iterator[str]:
    """Yield the names that are missing or take other parameters."""
    for path, methods in METHODS.items():
        module, _, name = path.partition(":")
        try:
            owner = getattr(import_module(module), name)
        except (ImportError, AttributeError):
            yield path
            continue
        for method, parameters in methods.items():
            code = getattr(getattr(owner, method, None), "__code__", None)
            if code is None or code.co_varnames[: len(parameters)] != parameters:
                yield f"{name}.{method}"
        if path == _LINUX_DRIVER:
            # Read from the constructors' code: creating a driver would install signal handlers.
            constructors = [vars(each)["__init__"] for each in owner.__mro__ if "__init__" in vars(each)]
            names = {name for each in constructors if hasattr(each, "__code__") for name in each.__code__.co_names}
            yield from (f"{name}.{attribute}" for attribute in ATTRIBUTES if attribute not in names)
