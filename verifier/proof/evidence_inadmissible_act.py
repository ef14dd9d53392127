"""Evidence of an inadmissible act: a registry event that is refused where it stands (docs/formats.md, section 17).

Everything that decides stands in the file: the histories that the act joins, those of whoever signed it, what it
answers, and what all of these rest on, whole. Whoever makes the file may show any further ones. The registry is
replayed up to the act as in step 4, and the act is what is judged next: what an honest log records is taken, whatever
else is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.errors import (
    IncompleteError,
    InconsistentError,
    MalformedError,
    MismatchError,
    SuyuanError,
    UnsupportedError,
)
from verifier.judgement.participants import key_subject
from verifier.judgement.replay import Replay, require_supported
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name, parse_head
from verifier.primitives.cbor import Value
from verifier.proof.bundle import (
    RESTRICTED,
    Headers,
    StatementPart,
    format_file,
    format_statements,
    parse_statements,
    require_bytes,
    require_labels,
    require_list,
)
from verifier.proof.evidence import WORD, established, verified_checkpoint
from verifier.proof.evidence_one import OneEvent, format_one_event, parse_one_event
from verifier.proof.evidence_registry import count_later, require_logged, require_seals
from verifier.proof.examination import Examination, Shown, Standpoint, read_event, require_scope
from verifier.proof.steps.step1_ledger import walk_charter
from verifier.proof.steps.step4_keys import BUILTIN, check_histories, judge_act, places_of, replay_parts

KIND = "inadmissible act"
_REGISTRY = "registry"
_NAME = 32  # bytes


@dataclass(frozen=True, slots=True)
class ActEvidence(OneEvent):
    """Evidence of an inadmissible act. Parsed, not confirmed.

    Attributes:
        answered: statement parts of what the event, and acts among these, answer and stands in none of these histories.
        further: names of the subjects whose registry histories are shown by choice, sorted.
    """

    answered: tuple[StatementPart, ...]
    further: tuple[bytes, ...] = ()

    @property
    def parts(self) -> tuple[StatementPart, ...]:
        """Return every statement part but the charter's."""
        return (*self.registry, self.statement, *self.answered)


@dataclass(frozen=True, slots=True)
class InadmissibleAct:
    """An inadmissible act that was confirmed: the ledger, where it stands, its name, and why it is refused."""

    origin: str
    leaf: int
    position: int
    name: bytes
    fault: SuyuanError


def parse_act_evidence(content: Mapping[int | str, Value]) -> ActEvidence:
    """Return the evidence that the content of a file spells."""
    require_labels(content, {3, 4, 5, 6, 7, 8, 10, 13, 16, 18, 20}, set(), WORD)
    headers = Headers(content[4], "headers")
    one = parse_one_event(content, headers)
    answered = parse_statements(content[18], headers, "answered")
    headers.require_all_used()
    return ActEvidence(*one, answered, _parse_names(content[20]))


def _parse_names(value: Value) -> tuple[bytes, ...]:
    names = tuple(require_bytes(each, "further") for each in require_list(value, "further"))
    if any(len(name) != _NAME for name in names) or list(names) != sorted(set(names)):
        raise MalformedError("further", came="another list", expected="names of 32 bytes, sorted, each once")
    return names


def format_act_evidence(evidence: ActEvidence) -> bytes:
    """Return the file's bytes."""
    content, headers = format_one_event(evidence, KIND)
    content[18] = list[Value](format_statements(evidence.answered, headers))
    content[20] = list[Value](evidence.further)
    return format_file(WORD, content)


def confirm_act(evidence: ActEvidence, standpoint: Standpoint) -> InadmissibleAct:
    """Return why a registry event is refused where it stands, once it is certain that the ledger recorded it there.

    Raises:
        UntrustedError: not of the ledger that the policy pins, or not signed by it.
        InconsistentError: the event is taken: this is no evidence.
        IncompleteError: something that it answers is not shown.
        VerificationError: the file does not hold together, or who signed the event could not: that is evidence of
            another kind.
    """
    charters, registry = established(evidence.charter, standpoint)
    checkpoint = verified_checkpoint(evidence.checkpoint, registry.charters)
    found = Examination(standpoint, evidence.seals, charters=charters.charters)
    part = evidence.statement
    require_seals(found, (*evidence.registry, *evidence.answered), part.leaf)
    require_logged(found, checkpoint, evidence.parts, evidence.seals, path=evidence.path)
    act = _read_act(found, part)
    replay, answered = _replay(found, evidence, act.event)
    _verify_signed(found, evidence, act, replay)
    fault = _refused(found, evidence, act, replay, answered)
    if fault is None:
        raise InconsistentError("act", came="what the registry takes there", expected="what it refuses: no evidence")
    return InadmissibleAct(registry.charters[-1].origin, part.leaf, act.event.position, act.event.name, fault)


def joined_names(act: Event) -> list[bytes]:
    """Return the names of the subjects whose registry histories are shown of every act: those that it joins."""
    return [name for kind, name in act.head.joins if kind == _REGISTRY]


def signing_subjects(act: Event) -> tuple[str, str]:
    """Return who said an act and the key that signed it, as subjects: roots' too."""
    return act.head.issuer, key_subject(act.kid)


def _read_act(found: Examination, part: StatementPart) -> Shown:
    header = found.statement(part).header
    act = read_event(part, part.events[0], header.issuer, header.kid)
    if not act.event.head.type.startswith(BUILTIN) or act.event.body is None or not part.leaf:
        raise MismatchError("act", came=act.event.head.type, expected="a registry event behind leaf 0, with its body")
    require_supported(act.event)
    return act


def _replay(found: Examination, evidence: ActEvidence, act: Event) -> tuple[Replay, dict[bytes, Event]]:
    """Return the registry before an act, out of whole histories, and the act with what else it answers, by heads."""
    answered = _read_answered(found, evidence, act)
    answered[act.name] = Event(act.name, act.leaf, act.position, act.head, None, act.kid)
    walk_charter(found, [part for part in evidence.registry if part.leaf < act.leaf], approved=False)
    registry, trace = (
        [part for part in parts if part.leaf <= act.leaf] for parts in (evidence.registry, evidence.answered)
    )
    replay = replay_parts(found, registry, trace, answered, act.place)
    count_later(found, evidence.registry, act.place)
    names = [*joined_names(act), *evidence.further]
    check_histories(found, answered, replay, evidence.proof, signing_subjects(act), names=names)
    _require_answered(found, answered, act)
    return replay, answered


def _require_answered(found: Examination, answered: Mapping[bytes, Event], act: Event) -> None:
    """Return if all that an act answers is shown, and in the answered part only what stands in no history shown."""
    others = (each for name, each in answered.items() if name != act.name)
    if any(pair in found.registry_pairs for each in others for pair in each.head.joins):
        raise MismatchError("answered", came="an event of a history that is shown", expected="what stands in none")
    if missing := [name for name in act.head.about if name not in answered and name not in found.registry_events]:
        raise IncompleteError("answered", came=f"not {missing[0].hex()}", expected="all that the act answers")


def _read_answered(found: Examination, evidence: ActEvidence, act: Event) -> dict[bytes, Event]:
    """Return what stands in the answered part, by heads; only of registry events bodies are shown."""
    answered = {}
    for part in evidence.answered:
        kid = found.statement(part).header.kid
        for shown in part.events:
            event = Event(event_name(shown.head), part.leaf, shown.position, parse_head(shown.head, "head"), None, kid)
            if shown.disclosures or (shown.body == RESTRICTED) == event.head.type.startswith(BUILTIN):
                raise MismatchError("answered", came="more or less", expected="acts with their bodies, heads of others")
            answered[event.name] = event
    acts = (each for each in (act, *answered.values()) if each.head.type.startswith(BUILTIN))
    if strange := answered.keys() - {name for each in acts for name in each.head.about}:
        raise MismatchError("answered", came=min(strange), expected="what the act, or an act among these, answers")
    return answered


def _verify_signed(found: Examination, evidence: ActEvidence, act: Shown, replay: Replay) -> None:
    """Return if whoever signed an act could sign statements there, and this one.

    What stands before it in its own statement was verified with that, by the registry before their leaf.
    """
    part, registered = evidence.statement, replay.registry.key(act.event.kid)
    if not any(each.leaf == part.leaf and id(each) in found.verified for each in evidence.parts):
        signer = found.signer(part, replay)
        found.verify(part, signer.holder, signer.key, found.charter_at(part.leaf).origin)
        registered = signer.registered
    if registered:
        require_scope(act, registered)


def _refused(
    found: Examination, evidence: ActEvidence, act: Shown, replay: Replay, answered: Mapping[bytes, Event]
) -> SuyuanError | None:
    try:
        judge_act(found, act, replay, answered, places_of(evidence.parts))
        replay.apply(act.event, time=found.newest_seal.time)
    except UnsupportedError:
        raise
    except SuyuanError as error:
        return error
    return None
