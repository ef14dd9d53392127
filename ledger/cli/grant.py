"""`grant`: a participant lets another read what is not open to it, ends that, and sees what is granted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.ceremonies import read_policy
from ledger.cli.charter import require_policy
from ledger.cli.held import held_json, held_lines, new_handle
from ledger.cli.options import (
    AsJson,
    Lang,
    PassphraseEnv,
    PassphraseFile,
    Quiet,
    RequestKey,
    argument,
    help_of,
    option,
    sharing,
)
from ledger.cli.ordering import Reason, Term, now, read_term
from ledger.cli.recording import Recording, read_recording, record
from ledger.cli.signers import request_key_of
from ledger.cli.speaking import Voice, door
from ledger.cli.telling import state_json, state_line
from ledger.client.client import LedgerClient
from ledger.governance import drafts
from ledger.governance.fetching import fetch_evidence, read_evidence
from ledger.governance.mandates import held
from ledger.governance.targets import fetch_targets, grants_about
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.base64strict import parse_hash_hex
from verifier.proof.examination import Standpoint
from verifier.vocabulary import registry_types

grant = typer.Typer(help=help_of("grant"), no_args_is_help=True)


@grant.command("give", help=help_of("grant.give"))
@door
@sharing(read_recording)
def give(
    recording: Recording,
    grantee: Annotated[str, argument("help.grantee", "GRANTEE")],
    events: Annotated[list[str], argument("help.granted", "EVENT...")],
    *,
    field: Annotated[list[str], option("--field", text="help.field", metavar="POINTER")],
    until: Term,
) -> None:
    """Let another participant read fields of events of one's own."""
    names = [parse_hash_hex(each, "EVENT") for each in events]
    term, handle = read_term(until), new_handle("grant")
    record(recording, drafts.grant(handle, grantee=grantee, events=names, fields=field, until=term, time=now()))


@grant.command("end", help=help_of("grant.end"))
@door
@sharing(read_recording)
def end(recording: Recording, handle: Annotated[str, argument("help.grant", "GRANT")], *, reason: Reason) -> None:
    """End a grant before its term does."""
    record(recording, drafts.revoke(handle, reason=reason, time=now()))


@grant.command("show", help=help_of("grant.show"))
@door
def show(  # noqa: PLR0913 - a command's options
    what: Annotated[str, argument("help.grant-or-event", "GRANT|EVENT")],
    *,
    to: Annotated[str, option("--to", text="help.url", metavar="URL")],
    policy: Annotated[Path, option("--policy", text="help.policy", metavar="FILE")],
    request_key: RequestKey = None,
    passphrase_env: PassphraseEnv = None,
    passphrase_file: PassphraseFile = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show a grant, or all grants about an event, from proofs that are checked here."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    client = LedgerClient(to, request_key=request_key_of(voice, request_key, passphrase_env, passphrase_file))
    trusted = require_policy(read_policy(policy))
    walk = "parties" if request_key is not None else "public"
    handles = [what] if what.startswith("urn:") else _about(client, trusted, what, walk)
    state = read_evidence(fetch_evidence(client, trusted, handles), trusted, now())
    found = held(handles, state)
    lines = [state_line(voice, state), *(line for each in found for line in held_lines(voice, each))]
    answer = {"grants": [held_json(each) for each in found], "state": state_json(state)}
    voice.data(answer, lines if found else [*lines, voice.say("grant.none", what=what)])


def _about(client: LedgerClient, policy: TrustPolicy, name: str, walk: str) -> Sequence[str]:
    standpoint = Standpoint(policy, now() // 1000, registry_types())
    (target,) = fetch_targets(client, [parse_hash_hex(name, "EVENT")], standpoint, walk=walk)
    return grants_about(target)
