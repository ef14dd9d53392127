"""Verification of a trace proof: the nine steps in order, and the verdict (docs/formats.md, section 18)."""

from __future__ import annotations

from collections.abc import Callable

from verifier.errors import MalformedError, SuyuanError, TooLargeError, UnsupportedError, VerificationError
from verifier.ledgerformat.subject import subject_name
from verifier.proof.examination import Examination, Standpoint
from verifier.proof.footing import find_footing
from verifier.proof.notices import notices_of
from verifier.proof.quick import read_trace_proof
from verifier.proof.steps.step1_ledger import establish_ledger
from verifier.proof.steps.step2_unforked import establish_unforked
from verifier.proof.steps.step3_sealed import establish_sealed
from verifier.proof.steps.step4_keys import establish_keys
from verifier.proof.steps.step5_authentic import establish_authentic
from verifier.proof.steps.step6_complete import establish_complete
from verifier.proof.steps.step7_recognised import establish_recognised
from verifier.proof.steps.step8_coherent import establish_coherent
from verifier.proof.steps.step9_fresh import establish_fresh
from verifier.proof.traceproof import TraceProof
from verifier.proof.verdict import (
    ALTERED,
    CONTRADICTORY,
    INCOMPLETE,
    NOT_RECOGNISED,
    NOT_RECORDED,
    UNREADABLE,
    UNSUPPORTED,
    VERIFIED,
    Outsider,
    Rest,
    Said,
    StepResult,
    Story,
    Verdict,
)

_OUTCOMES = {1: ALTERED, 2: INCOMPLETE, 3: ALTERED, 4: ALTERED, 5: ALTERED, 6: INCOMPLETE, 7: NOT_RECOGNISED,
             8: CONTRADICTORY, 9: INCOMPLETE}  # fmt: skip
_TELLABLE = {INCOMPLETE, NOT_RECOGNISED, CONTRADICTORY, NOT_RECORDED, VERIFIED}
_ALWAYS_UNCHECKED = (Said("unchecked.truth"),)


class RefusedError(VerificationError):
    """A trace proof that did not verify; `verdict` says at which step and why."""

    code = "refused"

    def __init__(self, verdict: Verdict) -> None:
        """Carry the verdict: unverified material travels inside the error only."""
        self.verdict = verdict
        super().__init__("trace proof", came=verdict.outcome, expected="verified", todo=str(verdict.error or ""))


def verify_trace(data: bytes, standpoint: Standpoint, *, subject: str | None = None, walk: str | None = None) -> Story:
    """Return the story that a trace proof proves.

    Args:
        data: the `.trace` file.
        standpoint: whom the verifier trusts, its clock, what it has seen.
        subject: the URI that was asked for; None to take the file's word for what it is about.
        walk: the walk that was asked for; None to take the file's word for how far it looked.

    Raises:
        RefusedError: any of the nine steps failed, or the file cannot be read here.
    """
    verdict = examine_trace(data, standpoint, subject=subject, walk=walk)
    if verdict.outcome != VERIFIED or verdict.story is None:
        raise RefusedError(verdict)
    return verdict.story


def examine_trace(
    data: bytes, standpoint: Standpoint, *, subject: str | None = None, walk: str | None = None
) -> Verdict:
    """Return the verdict on a trace proof: what each step established, and the first failure.

    Whoever asked somebody for it says `subject` and `walk`: a true proof of something else is no answer.
    """
    try:
        proof = read_trace_proof(data, standpoint.known)
        for what, came, asked in (("subject", proof.subject, subject), ("walk", proof.walk, walk)):
            if asked is not None and came != asked:
                raise MalformedError(what, came=came, expected=asked)
    except SuyuanError as error:
        outcome = UNSUPPORTED if isinstance(error, UnsupportedError) else UNREADABLE
        return Verdict(outcome, tuple(StepResult(number, None) for number in range(1, 10)), error=error)
    return _Run(proof, standpoint).verdict()


class _Run:
    """One run of the nine steps."""

    def __init__(self, proof: TraceProof, standpoint: Standpoint) -> None:
        self.proof = proof
        self.found = Examination(standpoint, proof.seals)
        self.footing = find_footing(self.found, proof.registry, proof.trace)
        self.results: list[StepResult] = []
        self.error: SuyuanError | None = None

    def verdict(self) -> Verdict:
        for number, step in enumerate(self._steps(), 1):
            if self.error is not None:
                self.results.append(StepResult(number, None))
            else:
                self._take(number, step)
        outcome = self._outcome()
        story = self._story() if outcome in _TELLABLE and self.found.told else None
        notices = (*notices_of(self.found), *self.found.notices) if story else ()
        unchecked = (*self.found.unchecked, *_ALWAYS_UNCHECKED)
        return Verdict(outcome, tuple(self.results), notices, unchecked, story, self.error)

    def _steps(self) -> tuple[Callable[[], list[Said]], ...]:
        proof, found = self.proof, self.found
        shown = [*proof.registry, *proof.trace]
        return (
            lambda: establish_ledger(found, shown, proof.checkpoint, self.footing),
            lambda: establish_unforked(found),
            lambda: establish_sealed(found, shown, proof.path),
            lambda: establish_keys(found, proof.registry, proof.trace, proof.registry_index, self.footing),
            lambda: establish_authentic(found, proof.trace, proof.subject, proof.walk),
            lambda: establish_complete(found, proof.trace_index, proof.since),
            lambda: establish_recognised(found, proof.walk),
            lambda: establish_coherent(found, proof.subject),
            lambda: establish_fresh(found),
        )

    def _take(self, number: int, step: Callable[[], list[Said]]) -> None:
        try:
            self.results.append(StepResult(number, passed=True, said=tuple(step())))
        except SuyuanError as error:
            self.error = error
            self.results.append(StepResult(number, passed=False, error=error))

    def _outcome(self) -> str:
        if self.error is None:
            return VERIFIED if self.found.told else NOT_RECORDED
        if isinstance(self.error, UnsupportedError):
            return UNSUPPORTED
        if isinstance(self.error, TooLargeError):
            return UNREADABLE
        return _OUTCOMES[len([each for each in self.results if each.passed is not None])]

    def _story(self) -> Story | None:
        found = self.found
        if found.checkpoint is None:
            return None
        charter = found.charter_at(found.checkpoint.size - 1)
        clear = [subject for told in found.told if told.event.body for subject in told.event.body.all_subjects()]
        return Story(
            subject=self.proof.subject,
            walk=self.proof.walk,
            origin=charter.origin,
            ledger_names=charter.names,
            size=found.checkpoint.size,
            root=found.checkpoint.root,
            time=found.newest_seal.time,
            cosigned=tuple(each.key.name for each in found.cosignatures if each.key not in charter.policy.logs),
            timeline=tuple(found.told),
            subjects={subject_name(each): each for each in [self.proof.subject, *clear]},
            outside=self._outside(),
            rest=Rest(found.since[0].count, found.since[0].root, found.since[1]) if found.since else None,
        )

    def _outside(self) -> tuple[Outsider, ...]:
        closure, registry = self.found.closure, self.found.registry
        if closure is None or registry is None or not closure.outside:
            return ()
        events = (event for event in closure.events() if event.name in closure.outside)
        return tuple(
            Outsider(event, registry.type_at(event.head.type, event.leaf), self.found.seal_of(event.leaf).time)
            for event in events
        )
