"""What a looker judges by: a snapshot of the database, and the registry as that has it."""

from __future__ import annotations

from ledger.admission.candidate import Candidate
from ledger.admission.intake import Standing, admit, receive
from ledger.admission.snapshot import standing_over
from ledger.looking.passing import Looked, Question, plain_candidate
from ledger.sequencer.recover import RegistryReader
from ledger.store.interface import Store
from verifier.errors import SuyuanError
from verifier.ledgerformat.statement import parse_entry
from verifier.ledgerformat.submission import parse_submission
from verifier.vocabulary import registry_types


class Judging:
    """Looks at groups of submissions."""

    def __init__(self, store: Store, origin: str) -> None:
        """Look over snapshots of a store, on behalf of the ledger `origin`."""
        self._store = store
        self._origin = origin
        self._acts = -1
        self._registry = RegistryReader(registry_types())

    def look(self, question: Question) -> list[Looked]:
        """Return for each submission its candidate in plain values, None where there is none to be passed."""
        with self._store.read() as reader:
            if question.acts != self._acts:  # what the ledger has seen, a snapshot of this moment has
                self._registry.read_on(reader)
                self._acts = question.acts
            replay = self._registry.replay
            standing = standing_over(reader, self._origin, leaf=question.leaf, now=question.now, replay=replay)
            looked = [_look(data, standing) for data in question.group]
            recorded = reader.recorded([each.identity for each in looked if each])
            return [plain_candidate(each) if each and each.identity not in recorded else None for each in looked]


def _look(data: bytes, standing: Standing) -> Candidate | None:
    try:
        submission = parse_submission(data)
        return admit(receive(submission, parse_entry(submission.statement), standing), standing)
    except SuyuanError:
        return None  # the ledger looks again, and says why
