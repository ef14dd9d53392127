"""Where a key is, in one word: a file, a token, a program. Every command that signs takes such a reference.

PATH, file:PATH                                          an encrypted key file
pkcs11:token=…;object=…?module-path=…&pin-source=…       a smart key or hardware module (RFC 7512)
exec:PATH                                                a program, asked by lines of JSON
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ledger.errors import KeyFileError, SetupError
from ledger.signing.command import CommandSigner
from ledger.signing.keyfile import load_key
from ledger.signing.signer import Signer
from ledger.signing.token_uri import SCHEME, TokenUri, format_token_uri, parse_token_uri
from verifier.errors import MalformedError

if TYPE_CHECKING:
    from ledger.signing.pkcs11_keys import TokenKey

_FILE, _COMMAND = "file:", "exec:"
Ask = Callable[[], bytes]


def open_signer(reference: str, passphrase: Ask) -> Signer:
    """Return the signer that a reference names.

    Args:
        reference: a path or `file:`, `pkcs11:`, `exec:` reference.
        passphrase: asked for a key file's passphrase, or for a token's PIN that the reference says no source of;
            never for a program.

    Raises:
        KeyFileError: a key file that is not there, not private, or not opened.
        SignerError: a token or program that does not answer as it must.
        SetupError: no such library or program, or python-pkcs11 is not installed.
        MalformedError: a reference of another shape.
    """
    if reference.startswith(SCHEME):
        uri = parse_token_uri(reference)
        signer: Signer = _pkcs11("pkcs11").TokenSigner(uri, read_pin(uri, passphrase))
        return signer
    if reference.startswith(_COMMAND):
        return CommandSigner(Path(reference.removeprefix(_COMMAND)))
    return load_key(Path(reference.removeprefix(_FILE)), passphrase())


def key_file_of(reference: str) -> Path | None:
    """Return the path of a key file that a reference names; None where the key is elsewhere."""
    return None if reference.startswith((SCHEME, _COMMAND)) else Path(reference.removeprefix(_FILE))


def is_token(reference: str) -> bool:
    """Return whether a reference names a token or a key in one."""
    return reference.startswith(SCHEME)


def absolute(reference: str) -> str:
    """Return a reference that means the same from any working folder."""
    if reference.startswith(SCHEME):
        uri = parse_token_uri(reference)
        source = None if uri.pin_source is None else str(Path(uri.pin_source).absolute())
        return format_token_uri(replace(uri, module=str(Path(uri.module).absolute()), pin_source=source))
    scheme = _COMMAND if reference.startswith(_COMMAND) else _FILE
    return f"{scheme}{Path(reference.removeprefix(scheme)).absolute()}"


def read_pin(uri: TokenUri, ask: Ask) -> bytes:
    """Return the PIN: from the variable or file that a reference names, else by asking.

    Raises:
        SetupError: there is nothing where the reference says that it is.
        MalformedError: it is no text, and would only cost one of the few tries that a card allows.
    """
    pin = _pin(uri, ask)
    try:
        pin.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("PIN", came="bytes that are no text", expected="UTF-8") from error
    return pin


def list_token(reference: str, ask: Ask) -> list[TokenKey]:
    """Return the private keys in a token. Raises as `open_signer`."""
    uri = parse_token_uri(reference)
    keys: list[TokenKey] = _pkcs11("pkcs11_keys").list_keys(uri, read_pin(uri, ask))
    return keys


def generate_in_token(reference: str, ask: Ask, *, label: str, alg: int, dry_run: bool = False) -> TokenKey | None:
    """Make a new key pair in a token, whose private part never leaves it; a dry run looks whether it would.

    Raises:
        SignerError: there is a key of this label, or the token refuses.
        UnsupportedError: an algorithm that tokens do not make.
    """
    uri = parse_token_uri(reference)
    keys, pin = _pkcs11("pkcs11_keys"), read_pin(uri, ask)
    made: TokenKey | None = keys.generate_key(uri, pin, label=label, alg=alg, dry_run=dry_run)
    return made


def _pin(uri: TokenUri, ask: Ask) -> bytes:
    if uri.pin_env is not None:
        where, pin = f"pin-env {uri.pin_env}", os.environ.get(uri.pin_env, "").encode()
    elif uri.pin_source is not None:
        where, pin = f"pin-source {uri.pin_source}", _first_line(Path(uri.pin_source))
    else:
        return ask()
    if not pin:
        raise SetupError(where, came="nothing", expected="the token's PIN")
    return pin


def _first_line(path: Path) -> bytes:
    try:
        return path.read_bytes().split(b"\n", 1)[0].rstrip(b"\r")
    except OSError as error:
        raise KeyFileError(str(path), came=error.strerror, expected="a readable file with the PIN") from error


def _pkcs11(module: str) -> ModuleType:
    """Return one of our modules that need python-pkcs11, which a ledger without smart keys does not."""
    try:
        return importlib.import_module(f"ledger.signing.{module}")
    except ModuleNotFoundError as error:
        if error.name != "pkcs11":
            raise
        todo = "pip install 'suyuan[pkcs11]'"
        raise SetupError("key", came="no package python-pkcs11", expected="the extra pkcs11", todo=todo) from error
