"""The key that a command signs with: opened from its reference, its passphrase or PIN asked for only when needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ledger.cli.passphrases import read_passphrase
from ledger.cli.speaking import Voice
from ledger.client.sequence import next_number, take_numbers
from ledger.signing.reference import Ask, is_token, key_file_of, open_signer
from ledger.signing.signer import Signer


def open_key(voice: Voice, reference: str, env: str | None, file: Path | None) -> Signer:
    """Return the signer of a KEY option or argument (`ledger.signing.reference`).

    Args:
        voice: asks, where there is a terminal.
        reference: a path, or a `file:`, `pkcs11:` or `exec:` reference.
        env: the variable that `--passphrase-env` names, None for none.
        file: the file that `--passphrase-file` names, None for none.

    Raises:
        SuyuanError: as `open_signer` and `read_passphrase`.
    """
    return open_signer(reference, secret_of(voice, reference, env, file))


def request_key_of(voice: Voice, reference: str | None, env: str | None, file: Path | None) -> Signer | None:
    """Return the signer of `--request-key`, which signs requests to a ledger's service; None where it is not given.

    A passphrase or PIN comes from where that of the command's other key does: `LedgerClient(url, request_key=…)`.

    Raises:
        SuyuanError: as `open_key`.
    """
    return open_key(voice, reference, env, file) if reference is not None else None


def secret_of(voice: Voice, reference: str, env: str | None, file: Path | None) -> Ask:
    """Return what asks for the passphrase of a key file, or for the PIN of a token."""
    prompt = "prompt.pin" if is_token(reference) else "prompt.passphrase"
    return lambda: read_passphrase(voice, env, file, prompt=prompt)


def numbers_beside(reference: str, signer: Signer) -> Path:
    """Return the path beside which a key's sequence numbers are kept (`ledger.client.sequence`).

    They stand beside a key file. A key that is elsewhere has them in this user's state, under its thumbprint.
    """
    file = key_file_of(reference)
    if file is not None:
        return file
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "suyuan" / "keys" / signer.public.kid.hex()


def numbering(
    reference: str, signer: Signer, *, least: int = 0, first: int | None = None, take: bool = True
) -> Callable[[int], int]:
    """Return what gives a signature its sequence numbers: as many as it asks for, the first of them is returned.

    Args:
        reference: of the key.
        signer: the key.
        least: no number below this one: what the log was seen to hold of the key.
        first: the number to begin with, once; None for the one beside the key.
        take: whether they are taken durably; a dry run leaves them.
    """
    beside, kid = numbers_beside(reference, signer), signer.public.kid
    begin = [first]  # counts for the first signature only

    def number(count: int) -> int:
        chosen, begin[0] = begin[0], None
        following = next_number(beside, kid)
        if chosen is None and following < least:
            chosen = least
        if take:
            return take_numbers(beside, kid, count, first=chosen)
        return following if chosen is None else chosen

    return number
