"""Every set of keys that a ledger holds: a charter says which of them speak, from its leaf on.

    keys/*.pem      the first set, made by `suyuan init`
    keys/2/*.pem    the next, made by `suyuan charter prepare-keys`, and so on

Old sets stay: a block that a crash left unpublished is still theirs, and who asks a witness what it cosigned
must know whose lines it shows.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ledger.errors import SetupError
from ledger.signing.ledger_keys import LedgerKeys, generate_ledger_keys, load_ledger_keys, save_ledger_keys
from ledger.signing.signer import Signer
from ledger.tiles.files import sync_folder
from verifier.judgement.charter import Charter
from verifier.primitives.note import ML_DSA_COSIGNATURE, NoteKey


class HeldKeys(Protocol):
    """What a ledger signs with: one set of keys, or a ring of sets."""

    @property
    def origin(self) -> str:
        """Return the ledger's name."""
        ...

    @property
    def note_keys(self) -> tuple[NoteKey, ...]:
        """Return every name under which checkpoints were or will be signed."""
        ...

    def chosen_by(self, charter: Charter) -> LedgerKeys:
        """Return the keys that a charter names; raise SetupError if they are not held."""
        ...


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Sets of keys of one ledger, oldest first; a charter may name keys of several."""

    origin: str
    sets: tuple[LedgerKeys, ...]

    @property
    def note_keys(self) -> tuple[NoteKey, ...]:
        """Return every name under which checkpoints were or will be signed."""
        return tuple(key for each in self.sets for key in each.note_keys)

    def chosen_by(self, charter: Charter) -> LedgerKeys:
        """Return the keys that a charter names, each from the set that has it.

        Raises:
            SetupError: a key that is in none of the sets, or another ledger's charter.
        """
        logs = {key.kind == ML_DSA_COSIGNATURE: key.key.raw for key in charter.policy.logs}
        chosen = LedgerKeys(
            charter.origin,
            _find([each.checkpoint for each in self.sets], logs.get(False), "checkpoint"),
            _find([each.checkpoint_pq for each in self.sets], logs.get(True), "checkpoint-pq"),
            _find([each.seal for each in self.sets], charter.seal.raw, "seal"),
            _find([each.receipt for each in self.sets], charter.receipt.raw, "receipt"),
        )
        if charter.origin != self.origin:
            raise SetupError("charter.origin", came=charter.origin, expected=self.origin)
        return chosen


def _find(held: Sequence[Signer], raw: bytes | None, name: str) -> Signer:
    """Return the signer of a raw public key."""
    for signer in held:
        if signer.public.raw == raw:
            return signer
    todo = "Make the next keys with `suyuan charter prepare-keys`, start the ledger again, and name those."
    raise SetupError(f"charter.{name}", came="a key that this ledger does not hold", expected="one it holds", todo=todo)


def load_key_ring(folder: Path, origin: str, passphrase: bytes) -> KeyRing:
    """Return every set of keys below a folder.

    Raises:
        KeyFileError: a file that is missing, open to others, or not opened by this passphrase.
        SetupError: a key of another algorithm.
    """
    return KeyRing(origin, tuple(load_ledger_keys(each, origin, passphrase) for each in (folder, *_later(folder))))


def next_number(folder: Path, origin: str, passphrase: bytes) -> int:
    """Return which number the next set of keys has, once the sets that are there open; nothing is made.

    Raises:
        KeyFileError: this passphrase does not open them: the ledger could not start with both.
    """
    return len(load_key_ring(folder, origin, passphrase).sets) + 1


def add_next_keys(folder: Path, origin: str, passphrase: bytes) -> tuple[int, LedgerKeys]:
    """Make a further set of keys; return its number and the set. It signs nothing before a charter names it.

    Made aside and moved into place: a crash leaves the whole set, or none.

    Raises:
        KeyFileError: this passphrase does not open the sets that are there: the ledger could not start with both.
        SetupError: the folder cannot be written.
    """
    number = next_number(folder, origin, passphrase)
    keys = generate_ledger_keys(origin)
    aside = folder / f".{number}.{os.getpid()}"
    try:
        aside.mkdir(mode=0o700)
        save_ledger_keys(aside, keys, passphrase)
        aside.rename(folder / str(number))
        sync_folder(folder)
    except OSError as error:
        raise SetupError(str(folder), came=error.strerror, expected="a folder that can be written") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return number, keys


def key_files(folder: Path) -> list[Path]:
    """Return every key file below a folder, as paths relative to it."""
    files = [file for each in (folder, *_later(folder)) for file in sorted(each.glob("*.pem"))]
    return [each.relative_to(folder) for each in files]


def _later(folder: Path) -> list[Path]:
    """Return the folders of the second set and those after it, in order; none may be missing between them."""
    numbered = sorted(int(each.name) for each in folder.glob("[0-9]*") if each.is_dir() and each.name.isdecimal())
    if numbered != list(range(2, len(numbered) + 2)):
        raise SetupError(str(folder), came=f"sets {numbered}", expected="sets 2, 3, … and none left out")
    return [folder / str(each) for each in numbered]
