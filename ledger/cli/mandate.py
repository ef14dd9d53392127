"""`mandate`: a participant lets another act in its name, ends that, sees what it gave, and what it was given."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli.held import held_json, held_lines, new_handle, tell_received
from ledger.cli.looking import Look, read_look, read_signed_look
from ledger.cli.options import argument, help_of, option, sharing
from ledger.cli.ordering import Reason, Term, read_term
from ledger.cli.recording import Recording, read_recording, record
from ledger.cli.speaking import door
from ledger.cli.telling import state_json, state_line
from ledger.clock import milliseconds
from ledger.governance import drafts
from ledger.governance.mandates import handles_of, held
from ledger.governance.received import AGENT

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
    term, handle = read_term(until, now=milliseconds()), new_handle("mandate")
    draft = drafts.give_mandate(
        handle, principal=recording.issuer, agent=agent, types=types, subjects=subjects, until=term, time=milliseconds()
    )
    record(recording, draft)


@mandate.command("end", help=help_of("mandate.end"))
@door
@sharing(read_recording)
def end(recording: Recording, handle: Annotated[str, argument("help.mandate", "MANDATE")], *, reason: Reason) -> None:
    """End a mandate before its term does."""
    record(recording, drafts.revoke(handle, reason=reason, time=milliseconds()))


@mandate.command("show", help=help_of("mandate.show"))
@door
@sharing(read_look)
def show(look: Look, principal: Annotated[str, argument("help.principal", "PRINCIPAL")]) -> None:
    """Show the mandates that a participant gave, from proofs that are checked here."""
    voice, handles = look.voice, handles_of(principal, look.at([principal]))
    state = look.at([principal, *handles])
    found = held(handles, state)
    lines = [state_line(voice, state), *(line for each in found for line in held_lines(voice, each))]
    answer = {"principal": principal, "mandates": [held_json(each) for each in found], "state": state_json(state)}
    voice.data(answer, lines if found else [*lines, voice.say("mandate.none", principal=principal)])


@mandate.command("received", help=help_of("mandate.received"))
@door
@sharing(read_signed_look)
def received(look: Look, agent: Annotated[str, argument("help.receiver", "AGENT")]) -> None:
    """Show the mandates that name a participant as agent, from proofs that are checked here."""
    tell_received(look, AGENT, agent)
