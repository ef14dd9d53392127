"""Where a passphrase comes from: an environment variable by name, a file, or whoever sits at the terminal."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from ledger.cli.speaking import Voice
from ledger.errors import KeyFileError
from verifier.errors import MalformedError


def read_passphrase(
    voice: Voice, env: str | None, file: Path | None, *, new: bool = False, prompt: str = "prompt.passphrase"
) -> bytes:
    """Return a passphrase, or what else `prompt` asks for; a new one is asked for twice.

    Raises:
        MalformedError: two sources, an empty one, or nobody to ask.
        KeyFileError: a file that cannot be read. Others may read it: secrets mounted into containers are like that.
    """
    if env is not None and file is not None:
        raise MalformedError("--passphrase-env", came="a file as well", expected="one of the two")
    if env is not None:
        passphrase = os.environ.get(env, "").encode()
    elif file is not None:
        passphrase = _from_file(file)
    else:
        passphrase = _ask(voice, "prompt.passphrase-new" if new else prompt, twice=new)
    if not passphrase:
        raise MalformedError("passphrase", came="nothing", expected="a passphrase: keys are never stored in clear")
    return passphrase


def _from_file(file: Path) -> bytes:
    try:
        return file.read_bytes().split(b"\n", 1)[0].rstrip(b"\r")
    except OSError as error:
        raise KeyFileError(str(file), came=error.strerror, expected="a readable file") from error


def _ask(voice: Voice, prompt: str, *, twice: bool) -> bytes:
    if not sys.stdin.isatty():
        expected = "--passphrase-env or --passphrase-file, where there is no terminal"
        raise MalformedError("passphrase", came="nothing", expected=expected)
    passphrase = getpass.getpass(f"{voice.say(prompt)}: ")
    if twice and getpass.getpass(f"{voice.say('prompt.again')}: ") != passphrase:
        raise MalformedError("passphrase", came="two different ones", expected="the same twice")
    return passphrase.encode()
