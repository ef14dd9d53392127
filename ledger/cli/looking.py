"""What the registry holds, looked up in a service and checked here: the options that such commands share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from ledger.cli.ceremonies import read_policy, require_policy
from ledger.cli.holder import Holder, read_holder, read_voice
from ledger.cli.options import RequestKey, option, sharing
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


@sharing(read_voice)
def read_look(
    voice: Voice,
    *,
    to: Annotated[str, option("--to", text="help.url", metavar="URL")],
    policy: Annotated[Path, option("--policy", text="help.policy", metavar="FILE")],
) -> Look:
    """Return who looks, from the options; at what everybody may read."""
    return Look(voice, LedgerClient(to), require_policy(read_policy(policy)), "public")


@sharing(read_holder)
def read_signed_look(
    holder: Holder,
    *,
    to: Annotated[str, option("--to", text="help.url", metavar="URL")],
    policy: Annotated[Path, option("--policy", text="help.policy", metavar="FILE")],
    request_key: RequestKey = None,
) -> Look:
    """Return who looks, from the options; with a request key, at what is open to its holder."""
    voice = holder.voice
    signer = holder.request_key(request_key)
    walk = "public" if signer is None else "parties"
    return Look(voice, LedgerClient(to, request_key=signer), require_policy(read_policy(policy)), walk)
