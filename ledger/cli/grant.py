"""`grant`: a participant lets another read what is not open to it, ends that, sees what is granted, also to itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from ledger.cli.held import held_json, held_lines, new_handle, tell_received
from ledger.cli.looking import Look, read_signed_look
from ledger.cli.options import argument, help_of, option, sharing
from ledger.cli.ordering import Reason, Term, read_term
from ledger.cli.recording import Recording, read_recording, record
from ledger.cli.speaking import door
from ledger.cli.telling import state_json, state_line
from ledger.clock import milliseconds
from ledger.governance import drafts
from ledger.governance.mandates import held
from ledger.governance.received import GRANTEE
from ledger.governance.targets import fetch_targets, grants_about
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
    term, handle = read_term(until, now=milliseconds()), new_handle("grant")
    record(
        recording, drafts.grant(handle, grantee=grantee, events=names, fields=field, until=term, time=milliseconds())
    )


@grant.command("end", help=help_of("grant.end"))
@door
@sharing(read_recording)
def end(recording: Recording, handle: Annotated[str, argument("help.grant", "GRANT")], *, reason: Reason) -> None:
    """End a grant before its term does."""
    record(recording, drafts.revoke(handle, reason=reason, time=milliseconds()))


@grant.command("show", help=help_of("grant.show"))
@door
@sharing(read_signed_look)
def show(look: Look, what: Annotated[str, argument("help.grant-or-event", "GRANT|EVENT")]) -> None:
    """Show a grant, or all grants about an event, from proofs that are checked here."""
    voice, handles = look.voice, [what] if what.startswith("urn:") else _about(look, what)
    state = look.at(handles)
    found = held(handles, state)
    lines = [state_line(voice, state), *(line for each in found for line in held_lines(voice, each))]
    answer = {"grants": [held_json(each) for each in found], "state": state_json(state)}
    voice.data(answer, lines if found else [*lines, voice.say("grant.none", what=what)])


@grant.command("received", help=help_of("grant.received"))
@door
@sharing(read_signed_look)
def received(look: Look, grantee: Annotated[str, argument("help.receiver", "GRANTEE")]) -> None:
    """Show the grants that name a participant as grantee, from proofs that are checked here."""
    tell_received(look, GRANTEE, grantee)


def _about(look: Look, name: str) -> Sequence[str]:
    standpoint = Standpoint(look.policy, milliseconds() // 1000, registry_types())
    (target,) = fetch_targets(look.client, [parse_hash_hex(name, "EVENT")], standpoint, walk=look.walk)
    return grants_about(target)
