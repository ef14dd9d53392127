"""The key that signs a witness's notices: of its own name and use, so that no notice is ever a cosignature."""

from __future__ import annotations

from pathlib import Path

from ledger.errors import SetupError
from ledger.signing.keyfile import load_key, save_key
from ledger.signing.notes import sign_text
from ledger.signing.signer import Signer, generate
from verifier.ledgerformat.withheld import Withheld, format_withheld
from verifier.ledgerformat.witness_report import WitnessReport, format_witness_report
from verifier.primitives.keys import EDDSA
from verifier.primitives.note import ED25519_NOTE, Note, NoteKey, format_note

_FILE, _SUFFIX = "notices.pem", "/notices"


class NoticeKey:
    """Signs notices."""

    def __init__(self, witness: str, signer: Signer) -> None:
        """Sign in the name of a witness's notices."""
        self.public = NoteKey(witness + _SUFFIX, ED25519_NOTE, signer.public)
        self._signer = signer

    def sign(self, notice: Withheld) -> bytes:
        """Return the notice as a signed note."""
        return self._sign(format_withheld(notice))

    def sign_report(self, report: WitnessReport) -> bytes:
        """Return the report as a signed note."""
        return self._sign(format_witness_report(report))

    def _sign(self, text: str) -> bytes:
        return format_note(Note(text, (sign_text(self.public, self._signer, text),)))


def has_notice_key(folder: Path) -> bool:
    """Return whether a folder of keys has one already."""
    return (folder / _FILE).exists()


def open_notice_key(folder: Path, witness: str, passphrase: bytes) -> NoticeKey:
    """Return the key of a folder of keys; made there where there is none yet.

    Raises:
        KeyFileError: this passphrase does not open it.
        SetupError: a key of another algorithm.
    """
    path = folder / _FILE
    if not path.exists():
        save_key(path, generate(EDDSA), passphrase)
    signer = load_key(path, passphrase)
    if signer.public.alg != EDDSA:
        raise SetupError(str(path), came="a key of another algorithm", expected="Ed25519")
    return NoticeKey(witness, signer)
