"""`mandate`: a participant lets another act in its name, ends that, and sees what it gave."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.ceremonies import read_policy
from ledger.cli.charter import require_policy
from ledger.cli.held import held_json, held_lines, new_handle
from ledger.cli.options import AsJson, Lang, Quiet, argument, help_of, option, sharing
from ledger.cli.ordering import Reason, Term, now, read_term
from ledger.cli.recording import Recording, read_recording, record
from ledger.cli.speaking import Voice, door
from ledger.cli.telling import state_json, state_line
from ledger.client.client import LedgerClient
from ledger.governance import drafts
from ledger.governance.fetching import fetch_evidence, read_evidence
from ledger.governance.mandates import handles_of, held

mandate = typer.Typer(help=help_of("mandate"), no_args_is_help=True)


@mandate.command("give", help=help_of("mandate.give"))
@door
@sharing(read_recording)
def give(
    recording: Recording,
    agent: Annotated[str, argument("help.agent", "AGENT")],
    *,
    types: Annotated[list[str], option("--types", text="help.mandate-types", metavar="PATTERN")],
    until: Term,
    subjects: Annotated[list[str], option("--subjects", text="help.mandate-subjects", metavar="PREFIX")] = [],  # noqa: B006
) -> None:
    """Let another participant say things in one's name."""
    term, handle = read_term(until), new_handle("mandate")
    draft = drafts.give_mandate(
        handle, principal=recording.issuer, agent=agent, types=types, subjects=subjects, until=term, time=now()
    )
    record(recording, draft)


@mandate.command("end", help=help_of("mandate.end"))
@door
@sharing(read_recording)
def end(recording: Recording, handle: Annotated[str, argument("help.mandate", "MANDATE")], *, reason: Reason) -> None:
    """End a mandate before its term does."""
    record(recording, drafts.revoke(handle, reason=reason, time=now()))


@mandate.command("show", help=help_of("mandate.show"))
@door
def show(
    principal: Annotated[str, argument("help.principal", "PRINCIPAL")],
    *,
    to: Annotated[str, option("--to", text="help.url", metavar="URL")],
    policy: Annotated[Path, option("--policy", text="help.policy", metavar="FILE")],
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show the mandates that a participant gave, from proofs that are checked here."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    client, trusted = LedgerClient(to), require_policy(read_policy(policy))
    state = read_evidence(fetch_evidence(client, trusted, [principal]), trusted, now())
    handles = handles_of(principal, state)
    state = read_evidence(fetch_evidence(client, trusted, [principal, *handles]), trusted, now())
    found = held(handles, state)
    lines = [state_line(voice, state), *(line for each in found for line in held_lines(voice, each))]
    answer = {"principal": principal, "mandates": [held_json(each) for each in found], "state": state_json(state)}
    voice.data(answer, lines if found else [*lines, voice.say("mandate.none", principal=principal)])
