"""What the commands say, in Chinese and English; keys begin with `cli.`. Errors' words are the verifier's."""

from __future__ import annotations

import os

from verifier.texts import Catalogue, language_of

COMMANDS = Catalogue(__name__, prefix="cli.")
say = COMMANDS.text


def default_language() -> str:
    """Return the language of this process's locale."""
    variables = ("LC_ALL", "LC_MESSAGES", "LANG")
    return language_of(next((found for each in variables if (found := os.environ.get(each))), None))
