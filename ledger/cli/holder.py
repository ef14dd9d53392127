"""Who holds keys, and who is spoken to: the options that most commands share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ledger.cli.options import AsJson, Lang, PassphraseEnv, PassphraseFile, Quiet
from ledger.cli.passphrases import read_passphrase
from ledger.cli.signers import open_key, request_key_of, secret_of
from ledger.cli.speaking import Voice
from ledger.signing.reference import Ask
from ledger.signing.signer import Signer


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is spoken to, and where the passphrase of a key comes from."""

    voice: Voice
    env: str | None
    file: Path | None

    def passphrase(self, *, new: bool = False) -> bytes:
        """Return the passphrase; a new one is asked for twice."""
        return read_passphrase(self.voice, self.env, self.file, new=new)

    def secret(self, reference: str) -> Ask:
        """Return what asks for the passphrase of a key file, or for the PIN of a token."""
        return secret_of(self.voice, reference, self.env, self.file)

    def open(self, reference: str) -> Signer:
        """Return the signer of a reference to a key."""
        return open_key(self.voice, reference, self.env, self.file)

    def request_key(self, reference: str | None) -> Signer | None:
        """Return what signs requests, None where no key for that is named."""
        return request_key_of(self.voice, reference, self.env, self.file)


def read_holder(
    *,
    passphrase_env: PassphraseEnv = None,
    passphrase_file: PassphraseFile = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> Holder:
    """Return the holder, from the options."""
    return Holder(Voice(lang, as_json=as_json, quiet=quiet), passphrase_env, passphrase_file)


def read_voice(*, lang: Lang = None, as_json: AsJson = False, quiet: Quiet = False) -> Voice:
    """Return who is spoken to, from the options."""
    return Voice(lang, as_json=as_json, quiet=quiet)
