"""Acts and ceremonies for people and for programs: what the bytes say, what changes, who signed, who is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ledger.cli.speaking import Voice
from ledger.cli.texts import COMMANDS
from ledger.governance.changes import Change, changes, moment, printable, spell
from ledger.governance.checking import Checked, Progress
from ledger.governance.proposing import charter_in_force
from ledger.governance.state import RegistryState
from verifier.judgement.charter import CHARTER
from verifier.ledgerformat.event import Event
from verifier.vocabulary import registry_types


def tell_acts(voice: Voice, checked: Checked) -> list[str]:
    """Return what a ceremony's bytes say, in full, and what of a charter differs from the one in force."""
    lines = [voice.say("ceremony.origin", origin=printable(checked.ceremony.origin))]
    lines.append(voice.say("ceremony.proposer", agency=checked.ceremony.proposal.issuer))
    for number, act in enumerate(checked.acts, 1):
        title = registry_types()[act.head.type].title[voice.lang]
        lines += ["", voice.say("ceremony.act", number=number, title=title, type=act.head.type, name=act.name.hex())]
        lines += [f"  {line}" for line in _act_lines(voice, act, checked.state)]
    return lines


def tell_progress(voice: Voice, checked: Checked) -> list[str]:
    """Return who signed and who is missing."""
    signed = "ceremony.proposal-signed" if checked.signed else "ceremony.proposal-unsigned"
    lines = [voice.say(signed, agency=checked.ceremony.proposal.issuer)]
    if checked.ceremony.founds and checked.ceremony.pinned:
        lines.append(voice.say("ceremony.pin", pin=checked.ceremony.pinned.hex()))
    if not checked.progress:
        lines.append(voice.say("ceremony.no-approvals"))
    for each in checked.progress:
        word = voice.say(f"circle.{each.circle.word}")
        count, threshold = len(each.approved), each.circle.threshold
        lines.append(voice.say("ceremony.circle", circle=word, count=count, threshold=threshold))
        lines += [f"  + {_member(voice, one)}" for one in each.approved]
        lines += [f"  - {_member(voice, one)}" for one in each.missing if each.needed]
    return lines


def act_json(act: Event) -> dict[str, Any]:
    """Return an act for programs."""
    body = act.body
    return {
        "name": act.name.hex(),
        "type": act.head.type,
        "issuer": act.head.issuer,
        "subjects": dict(body.subjects) if body else {},
        "data": dict(body.data) if body else {},
        "about": [each.hex() for each in act.head.about],
        "until": act.head.until,
    }


def ceremony_json(checked: Checked) -> dict[str, Any]:
    """Return a ceremony for programs."""
    changed = [change for act in checked.acts for change in charter_changes(act, checked.state)]
    return {
        "origin": checked.ceremony.origin,
        "pin": checked.ceremony.pinned.hex() if checked.ceremony.pinned else None,
        "proposer": checked.ceremony.proposal.issuer,
        "acts": [act_json(each) for each in checked.acts],
        "changes": [{"path": each.path, "before": each.before, "after": each.after} for each in changed],
        "signed": checked.signed,
        "circles": [_circle_json(each) for each in checked.progress],
        "complete": checked.complete,
        "state": state_json(checked.state),
    }


def state_json(state: RegistryState) -> dict[str, Any]:
    """Return what was checked of a registry, for programs."""
    charter = state.charter
    return {
        "size": state.size,
        "charter": charter.version if charter else None,
        "quorum": state.quorum,
        "checked": list(state.subjects),
    }


def state_line(voice: Voice, state: RegistryState) -> str:
    """Return what was checked of a registry, for people."""
    if not state.charter:
        return voice.say("state.none")
    key = "state.quorum" if state.quorum else "state.no-quorum"
    return voice.say(key, size=state.size, version=state.charter.version, subjects=", ".join(state.subjects))


def charter_changes(act: Event, state: RegistryState) -> list[Change]:
    """Return what a proposed charter changes; all of it where none is in force, nothing for other acts."""
    if act.head.type != CHARTER or act.body is None:
        return []
    return changes(charter_in_force(state) if state.charter else {}, act.body.data)


def data_lines(voice: Voice, data: Mapping[str, Any]) -> list[str]:
    """Return every member of an act's data."""
    return [f"{label_of(voice, path)}: {value}" for path, value in spell(data).items()]


def label_of(voice: Voice, path: str) -> str:
    """Return a member's name for people, with its path."""
    first = path.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0].split(":", maxsplit=1)[0]
    key = f"member.{first}"
    return f"{voice.say(key)} ({path})" if COMMANDS.has_text(key) else path


def _act_lines(voice: Voice, act: Event, state: RegistryState) -> Iterator[str]:
    if act.body is None:
        return
    for role, subject in act.body.subjects.items():
        listed: Sequence[str] = [subject] if isinstance(subject, str) else subject
        yield from (f"{label_of(voice, role)}: {printable(each)}" for each in listed)
    yield from data_lines(voice, act.body.data)
    if act.head.until is not None:
        yield f"{label_of(voice, 'until')}: {act.head.until} ({moment(act.head.until)})"
    yield from (voice.say("ceremony.about", name=each.hex()) for each in act.head.about)
    if act.head.type == CHARTER and state.charter:
        yield ""
        yield voice.say("ceremony.changes", version=state.charter.version)
        for each in charter_changes(act, state):
            yield f"  {label_of(voice, each.path)}: {each.before or '∅'} → {each.after or '∅'}"


def _member(voice: Voice, member: Any) -> str:
    return f"{member.agency} {printable(member.names[voice.lang])} ({member.key.kid.hex()[:16]}…)"


def _circle_json(progress: Progress) -> dict[str, Any]:
    return {
        "circle": progress.circle.word,
        "threshold": progress.circle.threshold,
        "approved": [each.agency for each in progress.approved],
        "missing": [each.agency for each in progress.missing],
        "needed": progress.needed,
    }
