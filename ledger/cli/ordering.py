"""From acts to a ceremony: the options that every act shares, and the file that it writes. Nothing is signed here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from ledger.cli.ceremonies import DraftOnly, read_policy, require_policy, write_draft
from ledger.cli.files import read_file
from ledger.cli.holder import read_voice
from ledger.cli.options import argument, option, sharing
from ledger.cli.speaking import Voice
from ledger.client.client import LedgerClient
from ledger.client.drafts import parse_time
from ledger.clock import milliseconds
from ledger.compose.event import Draft
from ledger.governance.agencies import proposing_kid, subjects_of
from ledger.governance.changes import moment
from ledger.governance.checking import check_ceremony
from ledger.governance.effects import require_effect
from ledger.governance.fetching import fetch_evidence, read_evidence
from ledger.governance.officers import officer_subjects, require_officer
from ledger.governance.proposing import Evidence, propose
from verifier.errors import MalformedError
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.base64strict import parse_hash_hex
from verifier.primitives.keys import PublicKey, parse_key
from verifier.primitives.strict_json import parse_json

Agency = Annotated[str, argument("help.agency", "AGENCY")]
Reason = Annotated[str, option("--reason", text="help.reason-word", metavar="WORD")]
Term = Annotated[str, option("--until", text="help.until", metavar="TIME")]


@dataclass(frozen=True, slots=True)
class Order:
    """Who proposes, by what, and where it is written."""

    voice: Voice
    by: str
    under: bytes | None
    out: Path
    client: LedgerClient
    policy: TrustPolicy
    dry_run: bool


@sharing(read_voice)
def read_order(
    voice: Voice,
    *,
    by: Annotated[str, option("--by", text="help.by", metavar="AGENCY")],
    out: Annotated[Path, option("--out", text="help.ceremony-out", metavar="FILE")],
    to: Annotated[str, option("--to", text="help.url", metavar="URL")],
    policy: Annotated[Path, option("--policy", text="help.governance-policy", metavar="FILE")],
    under: Annotated[str | None, option("--under", text="help.under", metavar="KID")] = None,
    dry_run: DraftOnly = False,
) -> Order:
    """Return what every act shares, from its options."""
    kid = parse_hash_hex(under, "--under") if under is not None else None
    return Order(voice, by, kid, out, LedgerClient(to), require_policy(read_policy(policy)), dry_run)


def write_ceremony(order: Order, drafts: Sequence[Draft]) -> None:
    """Draft against the newest state, rehearse, show, and write the ceremony."""
    evidence = fetch_evidence(order.client, order.policy, subjects_of(drafts, order.by, order.under))
    _write(order, drafts, evidence, {})


def write_erasure(order: Order, draft: Draft, *, officer: str, target: tuple[bytes, Head]) -> None:
    """Write the ceremony of an order to erase, with what shows under which keys a privacy officer may approve it."""
    asked = [*subjects_of([draft], order.by, order.under), officer]
    state = read_evidence(fetch_evidence(order.client, order.policy, asked), order.policy, milliseconds())
    asked = list(dict.fromkeys([*asked, *officer_subjects(officer, state)]))
    evidence = fetch_evidence(order.client, order.policy, asked)
    require_officer(officer, read_evidence(evidence, order.policy, milliseconds()))
    _write(order, [draft], evidence, dict([target]))


def _write(order: Order, drafts: Sequence[Draft], evidence: Evidence, targets: Mapping[bytes, Head]) -> None:
    state = read_evidence(evidence, order.policy, milliseconds())
    require_effect(drafts, state)
    origin = state.replay.registry.charter_at(state.size).origin
    kid = proposing_kid(order.by, order.under, state)
    ceremony = propose(
        drafts,
        issuer=order.by,
        kid=kid,
        origin=origin,
        evidence=evidence,
        random=secrets.token_bytes,
        targets=targets,
    )
    write_draft(order.voice, ceremony, check_ceremony(ceremony, state), order.out, dry_run=order.dry_run)


def read_public(path: Path) -> PublicKey:
    """Return the public key of a file: a key as JSON has it, or what `suyuan key show --json` prints."""
    value = parse_json(read_file(path, 1 << 16), str(path))
    if isinstance(value, dict) and "key" in value:
        value = value["key"]
    if not isinstance(value, dict):
        raise MalformedError(str(path), came=type(value).__name__, expected='{"alg": …, "public": …}')
    return parse_key(value, str(path))


def read_term(text: str, *, now: int) -> int:
    """Return the end of a term, in milliseconds since 1970, from the option `--until`.

    Raises:
        MalformedError: no time, or one that has passed: what ends before it begins would be recorded for nothing.
    """
    term = parse_time(int(text) if text.isdecimal() else text, "--until")
    if term <= now:
        raise MalformedError("--until", came=moment(term), expected=f"a time ahead of {moment(now)}")
    return term
