"""`agency show`: what the registry holds of an agency, checked. The acts about one are in `ledger.cli.acts`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from ledger.cli.acts import add_acts
from ledger.cli.ceremonies import add_ceremonies
from ledger.cli.looking import Look, read_look
from ledger.cli.options import argument, help_of, sharing
from ledger.cli.recording import Recording, read_recording, record
from ledger.cli.speaking import Voice, door
from ledger.cli.telling import act_json, state_json, state_line
from ledger.clock import milliseconds
from ledger.governance import drafts
from ledger.governance.agencies import HeldAdministrator, HeldKey, Portrait, kids_of, portray
from ledger.governance.changes import moment, printable
from ledger.governance.state import RegistryState
from verifier.judgement.participants import key_subject
from verifier.primitives.base64strict import parse_hash_hex
from verifier.primitives.keys import ALGORITHM_NAMES, format_key

agency = typer.Typer(help=help_of("agency"), no_args_is_help=True)


@agency.command("show", help=help_of("agency.show"))
@door
@sharing(read_look)
def show_agency(look: Look, uri: Annotated[str, argument("help.agency", "AGENCY")]) -> None:
    """Show an agency or enterprise, its keys and what waits about it, from proofs that are checked here."""
    voice, state = look.voice, look.at([uri])
    stated = state.replay.registry.participant(uri)
    administrators = [each.kid for each in stated.administrators.values()] if stated else []
    state = look.at([uri, *map(key_subject, [*kids_of(uri, state), *administrators])])
    portrait = portray(uri, state)
    waiting = [act_json(each.event) for each in state.replay.waiting if not each.charter]
    answer = {"agency": uri, **_portrait_json(portrait), "waiting": waiting, "state": state_json(state)}
    voice.data(answer, _lines(voice, uri, portrait, waiting, state))


@agency.command("reattest", help=help_of("agency.reattest"))
@door
@sharing(read_recording)
def reattest(recording: Recording, events: Annotated[list[str], argument("help.reattested", "EVENT...")]) -> None:
    """Stand for events of others whose key, or what they rest on, became suspect."""
    names = [parse_hash_hex(each, "EVENT") for each in events]
    record(recording, drafts.reattest(names, time=milliseconds()))


add_acts(agency)
add_ceremonies(agency)


def _portrait_json(portrait: Portrait) -> dict[str, Any]:
    stated = portrait.stated
    return {
        "standing": portrait.word,
        "suspendedUntil": portrait.ends,
        "successor": portrait.successor,
        "names": dict(stated.names) if stated else None,
        "roles": sorted(stated.roles) if stated else [],
        "jurisdiction": list(stated.jurisdiction) if stated else [],
        "administrators": [_administrator_json(each) for each in portrait.administrators],
        "administratorThreshold": stated.administrator_threshold if stated else 0,
        "root": portrait.root.hex() if portrait.root else None,
        "keys": [_key_json(each) for each in portrait.keys],
    }


def _administrator_json(held: HeldAdministrator) -> dict[str, Any]:
    key = held.key
    return {"kid": key.kid.hex(), "key": format_key(key), "standing": held.word, "suspendedUntil": held.ends}


def _key_json(held: HeldKey) -> dict[str, Any]:
    key = held.key
    return {
        "kid": key.key.kid.hex(),
        "key": format_key(key.key),
        "use": key.use,
        "types": list(key.types),
        "subjects": list(key.subjects),
        "since": key.since,
        "until": key.until,
        "standing": held.word,
        "suspendedUntil": held.ends,
    }


def _lines(
    voice: Voice, uri: str, portrait: Portrait, waiting: Sequence[dict[str, Any]], state: RegistryState
) -> list[str]:
    stated = portrait.stated
    lines = [state_line(voice, state), f"{uri}: {_word(voice, portrait.word, portrait.ends)}"]
    if stated:
        lines.append(f"{voice.say('member.names')}: {printable(stated.names[voice.lang])}")
        lines.append(f"{voice.say('member.roles')}: {', '.join(sorted(stated.roles)) or '-'}")
        lines.append(f"{voice.say('member.jurisdiction')}: {', '.join(stated.jurisdiction) or '-'}")
        for each in portrait.administrators:
            what = f"{ALGORITHM_NAMES[each.key.alg]} {each.key.kid.hex()}"
            lines.append(f"{voice.say('member.administrators')}: {what}: {_word(voice, each.word, each.ends)}")
        if portrait.administrators:
            lines.append(f"{voice.say('member.administratorThreshold')}: {stated.administrator_threshold}")
    if portrait.root:
        lines.append(voice.say("agency.root", kid=portrait.root.hex()))
    if portrait.successor:
        lines.append(f"{voice.say('member.successor')}: {portrait.successor}")
    lines += [_key_line(voice, each) for each in portrait.keys]
    return lines + [voice.say("agency.waiting", type=each["type"], name=each["name"]) for each in waiting]


def _key_line(voice: Voice, held: HeldKey) -> str:
    key = held.key
    until = "" if key.until is None else f", {voice.say('member.until')} {moment(key.until)}"
    types = ", ".join(printable(each) for each in key.types)
    word = _word(voice, held.word, held.ends)
    what = f"{key.use} {ALGORITHM_NAMES[key.key.alg]} {key.key.kid.hex()}"
    return f"{voice.say('member.key')} {what}: {word}; {types}{until}"


def _word(voice: Voice, word: str, ends: int | None) -> str:
    """Return how something stands, for people; of a suspension also when it ends by itself."""
    until = "" if ends is None else f", {voice.say('member.until')} {moment(ends)}"
    return voice.say(f"standing.{word}") + until
