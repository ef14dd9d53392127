"""Mandates and grants for people and for programs."""

from __future__ import annotations

import secrets
from typing import Any

from ledger.cli.looking import Look
from ledger.cli.speaking import Voice
from ledger.cli.telling import state_json, state_line
from ledger.governance.changes import moment, printable
from ledger.governance.mandates import Held
from ledger.governance.received import AGENT, read_received
from verifier.judgement.acts import Mandate


def new_handle(word: str) -> str:
    """Return a handle that nothing has."""
    return f"urn:suyuan:{word}:{secrets.token_hex(16)}"


def held_json(each: Held) -> dict[str, Any]:
    """Return a mandate or grant for programs."""
    given = each.given
    if isinstance(given, Mandate):
        what = {"agent": given.agent, "types": list(given.types), "subjects": list(given.subjects)}
    else:
        about = [name.hex() for name in given.about]
        what = {"grantee": given.grantee, "fields": list(given.fields), "about": about}
    common = {"handle": given.subject, "principal": given.principal, "standing": each.word, "until": given.until}
    return {**common, **what, "event": given.event.hex()}


def held_lines(voice: Voice, each: Held) -> list[str]:
    """Return a mandate or grant for people."""
    given = each.given
    lines = [f"{given.subject}: {voice.say(f'standing.{each.word}')}"]
    told: dict[str, str] = {"principal": given.principal}
    if isinstance(given, Mandate):
        told |= {"agent": given.agent, "types": ", ".join(given.types), "subjects": ", ".join(given.subjects) or "*"}
    else:
        told |= {"grantee": given.grantee, "fields": ", ".join(given.fields)}
    lines += [f"  {voice.say(f'member.{name}')}: {printable(value)}" for name, value in told.items()]
    lines.append(f"  {voice.say('member.until')}: {moment(given.until)}")
    if not isinstance(given, Mandate):
        lines += [f"  {voice.say('ceremony.about', name=name.hex())}" for name in given.about]
    return lines


def tell_received(look: Look, role: str, uri: str) -> None:
    """Tell what a participant was given in a role, each of it from proofs that are checked here."""
    voice, received = look.voice, read_received(look.client, role, uri, look.at)
    word = "mandates" if role == AGENT else "grants"
    lines = [state_line(voice, received.state), *(line for each in received.held for line in held_lines(voice, each))]
    lines += [voice.say("received.unproved", handle=each) for each in received.unproved]
    lines.append(voice.say("received.word") if received.held else voice.say(f"received.no-{word}", participant=uri))
    shown = [held_json(each) for each in received.held]
    answer = {role: uri, word: shown, "unproved": list(received.unproved), "state": state_json(received.state)}
    voice.data(answer, lines)
