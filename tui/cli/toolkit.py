"""The sentences that click itself says, in the language of the call.

Click asks gettext's default domain for them; ours becomes that domain, and the list below puts them in our catalogue.
"""

from __future__ import annotations

import gettext
import os

from tui.locale import DOMAIN, FOLDER, _, ngettext


def speak(language: str) -> None:
    """Let click speak `language` from now on in this process."""
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language


def sentences() -> tuple[str, ...]:
    """What click may say here; called by nobody, read by the catalogue."""
    return (
        _("Usage:"),
        _("Options"),
        _("Commands"),
        _("Show this message and exit."),
        _("Show the version and exit."),
        _("Error: {message}"),
        _("Try '{command} {option}' for help."),
        _("Invalid value: {message}"),
        _("Invalid value for {param_hint}: {message}"),
        _("Missing argument"),
        _("Missing option"),
        _("Missing parameter"),
        _("Missing command."),
        _("Choose from:\n\t{choices}"),
        _("No such option {name!r}."),
        _("No such command {name!r}."),
        _("{value!r} is not a valid {number_type}."),
        _("{name} {filename!r} does not exist."),
        _("Option {name!r} does not take a value."),
        ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 1),
        ngettext("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", 1),
        ngettext("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", 1),
        ngettext("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments.", 1),
    )
