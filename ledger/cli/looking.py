"""What the registry holds, looked up in a service and checked here: the options that such commands share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from ledger.cli.ceremonies import read_policy, require_policy
from ledger.cli.options import AsJson, Lang, PassphraseEnv, PassphraseFile, Quiet, RequestKey, option
from ledger.cli.signers import request_key_of
from ledger.cli.speaking import Voice
from ledger.client.client import LedgerClient
from ledger.clock import milliseconds
from ledger.governance.fetching import fetch_evidence, read_evidence
from ledger.governance.state import RegistryState
from verifier.ledgerformat.trust_policy import TrustPolicy


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks, where, and by which trust policy; `walk` is the one that is open to it."""

    voice: Voice
    client: LedgerClient
    policy: TrustPolicy
    walk: str

    def at(self, subjects: Sequence[str]) -> RegistryState:
        """Return what the registry walks of some subjects show, once they are checked."""
        return read_evidence(fetch_evidence(self.client, self.policy, subjects), self.policy, milliseconds())


def read_look(
    *,
    to: Annotated[str, option("--to", text="help.url", metavar="URL")],
    policy: Annotated[Path, option("--policy", text="help.policy", metavar="FILE")],
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> Look:
    """Return who looks, from the options; at what everybody may read."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    return Look(voice, LedgerClient(to), require_policy(read_policy(policy)), "public")


def read_signed_look(  # noqa: PLR0913 - options
    *,
    to: Annotated[str, option("--to", text="help.url", metavar="URL")],
    policy: Annotated[Path, option("--policy", text="help.policy", metavar="FILE")],
    request_key: RequestKey = None,
    passphrase_env: PassphraseEnv = None,
    passphrase_file: PassphraseFile = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> Look:
    """Return who looks, from the options; with a request key, at what is open to its holder."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    signer = request_key_of(voice, request_key, passphrase_env, passphrase_file)
    walk = "public" if signer is None else "parties"
    return Look(voice, LedgerClient(to, request_key=signer), require_policy(read_policy(policy)), walk)
