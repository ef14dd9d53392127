"""One pass: follow the log, judge what is due, say what is new, each batch durable before it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from ledger.client.client import LedgerClient
from ledger.compose.event import Draft
from ledger.errors import BusyError, PrivateError, StoppedError, UnreachableError
from ledger.matching.following import log_size, read_new
from ledger.matching.judging import Case, CaseReader, documents_of
from ledger.matching.listing import judge_lists
from ledger.matching.memory import Due, Keeping, Memory
from ledger.matching.quota import Use, draft_use, use_of
from ledger.trade.listed import ListReader
from ledger.trade.pseudonyms import PseudonymKey
from ledger.trade.speaker import Said, Speaker
from verifier.errors import SuyuanError
from verifier.ledgerformat.submission import Submission, format_submission, parse_submission
from verifier.proof.examination import Standpoint
from verifier.results.findings import AGREES, INCOMPLETE, Result, format_differences
from verifier.results.matching import match
from verifier.results.recomputation import Input
from verifier.results.recomputed_matches import MATCH, record_match
from verifier.results.rules import EXPORT_VERSION, VERSION

MOST_CASES = 200  # of one pass
MOST_EVENTS = 64  # of one batch
_LATER = (UnreachableError, BusyError, StoppedError)  # the same bytes may be taken another time
Send = Callable[[Submission], None]


@dataclass(frozen=True, slots=True)
class Judging:
    """By what cases are judged.

    Attributes:
        rules: version of the rules for imports; exports have one.
        lists: labels of reference lists that declarations are judged by.
        quota: customs' key for the buyers' quotas; None to leave the year out.
        partial: whether a result is said that only lacks documents.
    """

    rules: str = VERSION
    lists: tuple[str, ...] = ()
    quota: PseudonymKey | None = None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A case that was judged: its order, the outcome, the rules that differ, and whether it is said now."""

    order: str
    outcome: str
    differs: tuple[str, ...]
    said: bool


@dataclass(slots=True)
class Pass:
    """What one pass did.

    Attributes:
        size: leaves that it followed to.
        told: cases judged.
        sent: events that the ledger took.
        refused: why it did not take others.
        open: cases that could not be judged yet, with the reason: no proof covers them, or theirs cannot be read.
    """

    size: int = 0
    told: list[Told] = field(default_factory=list)
    sent: int = 0
    refused: list[SuyuanError] = field(default_factory=list)
    open: list[tuple[str, SuyuanError | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _New:
    """Something new to say of a case."""

    said: Said
    keeping: Keeping


class Matcher:
    """The service: one thread runs its passes."""

    def __init__(
        self,
        memory: Memory,
        client: LedgerClient,
        speaker: Speaker,
        *,
        judging: Judging,
        standpoint: Callable[[], Standpoint],
        clock: Callable[[], int],
        send: Send,
    ) -> None:
        """Judge what a ledger records.

        Args:
            memory: of this service.
            client: signs its requests as the agency.
            speaker: the agency's key.
            judging: by what.
            standpoint: whom it trusts, now.
            clock: milliseconds since 1970.
            send: takes a batch to the ledger; returns once the promise is kept and checked.
        """
        self._memory, self._client, self._speaker = memory, client, speaker
        self._judging, self._standpoint, self._clock, self._send = judging, standpoint, clock, send

    def turn(self) -> Pass:
        """Take one pass.

        Raises:
            UnreachableError, BusyError: the ledger cannot be asked now; nothing is lost.
            PrivateError: whoever asks is no agency.
        """
        done = Pass()
        self._deliver(done)
        done.size = log_size(self._client)
        for reached, noticed in read_new(self._client, self._memory.leaf, done.size):
            self._memory.notice(noticed, reached)
        self._judge(done)
        self._deliver(done)
        return done

    def _judge(self, done: Pass) -> None:
        standpoint = self._standpoint()
        reader = CaseReader(self._client, standpoint, issuer=self._speaker.issuer)
        lists = ListReader(self._client, standpoint)
        together: list[_New] = []
        for due in self._memory.due(MOST_CASES):
            try:
                new = self._judge_case(due, reader, lists, standpoint, done)
            except (*_LATER, PrivateError):
                raise
            except SuyuanError as error:  # this case's own trouble: the others go on
                self._memory.postpone(due)
                done.open.append((due.order, error))
                continue
            if due.tries:
                self._keep(new)  # alone: a batch that was refused as a whole may have been so for its sake
            else:
                together += new
            if len(together) >= MOST_EVENTS:
                self._keep(together)
                together = []
        self._keep(together)

    def _judge_case(
        self, due: Due, reader: CaseReader, lists: ListReader, standpoint: Standpoint, done: Pass
    ) -> list[_New]:
        """Return what is new to be said of a case, and let it rest unless its proof does not cover the newest yet."""
        case = reader.read(due)
        if case.size <= due.leaf:
            self._memory.postpone(due)
            done.open.append((due.order, None))
            return []
        key = self._judging.quota if case.rules != EXPORT_VERSION else None
        use = use_of(case, key, self._client, standpoint) if key else None
        new: list[_New] = []
        for place, inputs in enumerate(case.variants):
            new += self._judge_documents(case, inputs, lists, done, use=use, first=place == 0)
        self._memory.settle(due)
        return new

    def _judge_documents(
        self, case: Case, inputs: Mapping[str, Input], lists: ListReader, done: Pass, *, use: Use | None, first: bool
    ) -> list[_New]:
        """Return what is new to be said of documents; the use of a quota once a case."""
        documents = documents_of(inputs)
        rules = EXPORT_VERSION if case.rules == EXPORT_VERSION else self._judging.rules
        result = match(documents, rules=rules, used=use.before if use else None)
        data = record_match(result, inputs)
        if judged := judge_lists(documents, self._judging.lists, lists):
            data["lists"] = judged
        new = self._news(case, inputs, result, data)
        if use and first:
            new += self._quota_news(case, result, use)
        differs = [each.rule for each in result.findings if each.outcome not in (AGREES, INCOMPLETE)]
        differs += [each["list"] for each in judged if each["outcome"] not in (AGREES, INCOMPLETE)]
        done.told.append(Told(case.order, result.outcome, tuple(differs), bool(new)))
        return new

    def _news(self, case: Case, inputs: Mapping[str, Input], result: Result, data: dict[str, Any]) -> list[_New]:
        said = {_digest(MATCH, _without_sizes(each)) for each in case.matches}
        digest = _digest(MATCH, _without_sizes(data))
        if not inputs or not self._is_worth(result, data) or digest in said or self._memory.knows(digest):
            return []
        draft = _match_draft(inputs, result, data, self._clock())
        return [_New(Said(draft, tuple(case.heads[name] for name in draft.about)), Keeping(digest, case.order))]

    def _quota_news(self, case: Case, result: Result, use: Use) -> list[_New]:
        if result.outcome != AGREES or case.quota_used:
            return []
        draft = draft_use(use, rules=result.rules, time=self._clock())
        digest = _digest(draft.type, {"quota": use.subject, "declaration": use.declaration})
        return [] if self._memory.knows(digest) else [_New(Said(draft), Keeping(digest, case.order))]

    def _is_worth(self, result: Result, data: dict[str, Any]) -> bool:
        """Return whether a result says more than that documents are on their way."""
        lacks = any("/" not in field for each in result.findings if each.outcome == INCOMPLETE for field in each.fields)
        listed = any(each["outcome"] not in (AGREES, INCOMPLETE) for each in data.get("lists", ()))
        return not lacks or listed or self._judging.partial or result.outcome not in (AGREES, INCOMPLETE)

    def _keep(self, new: Sequence[_New]) -> None:
        if new:
            submission = self._speaker.sign([each.said for each in new])
            self._memory.keep(format_submission(submission), [each.keeping for each in new])

    def _deliver(self, done: Pass) -> None:
        """Send what was kept; the ledger takes the same bytes once, however often they come."""
        for number, data in self._memory.unanswered():
            submission = parse_submission(data)
            try:
                self._send(submission)
            except _LATER:
                raise
            except SuyuanError as error:
                done.refused.append(error)
                if len(submission.heads) > 1:
                    self._memory.withdraw(number)
                else:
                    self._memory.answered(number, error.code)
                continue
            self._memory.answered(number)
            done.sent += len(submission.heads)


def _match_draft(inputs: Mapping[str, Input], result: Result, data: dict[str, Any], time: int) -> Draft:
    differences = format_differences(result)
    disclosed = {} if differences is None else {"/differences": differences}
    about = tuple(sorted(each.event.name for each in inputs.values()))
    return Draft(MATCH, time, data=data, disclosed=disclosed, about=about)


def _without_sizes(data: Any) -> Any:
    """Return a result without the positions up to which lists are proved: a longer log alone is nothing new."""
    lists = [{name: each[name] for name in each if name != "size"} for each in data.get("lists", ())]
    return {**data, "lists": lists}


def _digest(type_: str, data: Any) -> bytes:
    return sha256(json.dumps([type_, data], sort_keys=True, separators=(",", ":")).encode()).digest()
