"""The audit, leaf by leaf: a pure core that yields its progress and can be put down after every leaf."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.errors import IncompleteError, InconsistentError, SuyuanError, UntrustedError
from verifier.judgement.replay import Replay
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.primitives.note import Note
from verifier.proof.audit.blocks import Chain, finish, take_leaf
from verifier.proof.audit.commitment import (
    charters_of,
    check_charter_file,
    check_checkpoint,
    read_charter_file,
    require_signed,
)
from verifier.proof.audit.events import judge_erased
from verifier.proof.audit.findings import EnoughError, Findings, Place
from verifier.proof.audit.known import Known
from verifier.proof.audit.opinion import Opinion, Roots
from verifier.proof.audit.report import Report
from verifier.proof.audit.source import Source, SourceError
from verifier.proof.audit.tree import Tree, TreeCheck
from verifier.proof.bundle import StatementPart
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import Said

MOST_FINDINGS = 100
_CHECKPOINT = Place(path="checkpoint")
_ALWAYS_UNCHECKED = ("unchecked.truth", "audit.unchecked.schema", "audit.unchecked.disclosures",
                     "audit.unchecked.recognition", "audit.unchecked.newer")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an audit has come.

    Attributes:
        leaves: taken so far.
        size: of the checkpoint.
        findings: so far.
    """

    leaves: int
    size: int
    findings: int


class Audit:
    """One audit of one ledger.

    `run` yields after every leaf; between two of its steps the audit can be saved (`verifier.proof.audit.saved`).

    Attributes:
        known: what is known after the leaves behind.
        tree: the log's tree so far.
        chain: where the blocks stand.
        pending: leaves whose entries the tree has taken in, and that were not judged yet.
        first: leaf from which this audit reads; what lies before was audited earlier.
        done: whether the log was taken to its end.
        seen: the checkpoint that was audited before, b"" for none.
    """

    def __init__(self, source: Source, standpoint: Standpoint, *, most: int = MOST_FINDINGS) -> None:
        """Prepare an audit from leaf 0.

        Args:
            source: where the ledger's bytes come from.
            standpoint: whom the auditor trusts, and the registry's own types.
            most: findings after which it stops.
        """
        self.known = Known(
            source=source,
            standpoint=standpoint,
            findings=Findings(most),
            counts=Counter(),
            replay=Replay(standpoint.builtin),
        )
        self.tree = Tree()
        self.chain = Chain()
        self.pending: deque[tuple[int, bytes | None]] = deque()
        self.first = 0
        self.done = False
        self.seen = b""
        self._checkpoint = Checkpoint("", 0, b"")
        self._note = b""
        self._cosigned: tuple[str, ...] = ()
        self._unchecked: list[Said] = []
        self._opinion: tuple[str, Roots] | None = None

    def ask(self, name: str, roots: Roots) -> None:
        """Let somebody else's code compute every batch and tile root as well."""
        self._opinion = (name, roots)
        self.known.opinion = Opinion(name, roots, self.known.counts)

    def remember(self, note: bytes) -> None:
        """Hold the checkpoint that was audited before: this ledger may not go back behind it, nor beside it."""
        self.seen = note

    def run(self) -> Iterator[Progress]:
        """Audit the ledger, yielding after every leaf.

        Raises:
            SourceError: the checkpoint, or the source itself, cannot be read.
            MalformedError: the checkpoint is none.
        """
        if self.done:
            return
        self._note = self.known.source.checkpoint()
        self._checkpoint, note = parse_signed_checkpoint(self._note)
        try:
            charter_file = read_charter_file(self.known)
            if self._is_signed(note, charter_file) and not self._goes_back():
                yield from self._walk()
                self._conclude(note, charter_file)
                self.done = True
        except EnoughError:
            said = Said("audit.unchecked.rest", {"findings": self.known.findings.most, "leaf": self.reached})
            self._unchecked.append(said)
        except UntrustedError as error:  # another ledger than the pinned one: nothing else means anything
            self.known.findings.add(error, "charter", Place(leaf=0))
            self._unchecked.append(Said("audit.unchecked.rest", {"findings": 1, "leaf": 0}))

    def _walk(self) -> Iterator[Progress]:
        known, size = self.known, self._checkpoint.size
        check = TreeCheck(known.source, self.tree, self._checkpoint, known.findings, known.counts)
        check.pinned, check.opinion = known.standpoint.policy.charter, known.opinion
        check.seen = parse_signed_checkpoint(self.seen)[0] if self.seen else None
        while self.reached < size:
            if not self.pending:
                leaf = self.tree.size
                self.pending.extend(enumerate(check.take(), leaf))
            take_leaf(known, self.chain, *self.pending.popleft())
            yield Progress(self.reached, size, len(known.findings))

    def _goes_back(self) -> bool:
        """Return whether this checkpoint is older than what was audited; a second root for a size is a finding."""
        came, seen = self._checkpoint, parse_signed_checkpoint(self.seen)[0] if self.seen else None
        before = max(self.tree.size, seen.size if seen else 0)
        if came.size < before:
            error = IncompleteError("checkpoint", came=f"size {came.size}", expected=f"at least {before}, audited")
            self.known.findings.add(error, "checkpoint", _CHECKPOINT, came.size)
            self._unchecked.append(Said("audit.unchecked.older"))
            return True
        if seen and came.size == seen.size and came.root != seen.root:
            found = InconsistentError("checkpoint", came=came.root, expected=f"{seen.root.hex()}, audited at this size")
            self.known.findings.add(found, "checkpoint", _CHECKPOINT, came.size)
        return False

    def _is_signed(self, note: Note, charter_file: tuple[StatementPart, ...] | SuyuanError) -> bool:
        """Return whether the ledger stands for this checkpoint; if not, there is nothing to audit by."""
        try:
            require_signed(self.known, self._checkpoint, note, charter_file)
        except SuyuanError as error:
            self.known.findings.add(error, "checkpoint", _CHECKPOINT, self._checkpoint.size)
            self._unchecked.append(Said("audit.unchecked.unsigned"))
            return False
        return True

    def _conclude(self, note: Note, charter_file: tuple[StatementPart, ...] | SuyuanError) -> None:
        """Judge what stands over the whole log: its last seal, the checkpoint, the charter file."""
        known = self.known
        charters = charters_of(known, charter_file)
        finish(known, self.chain, charters)
        judge_erased(known, self._checkpoint.size)
        if isinstance(charter_file, SuyuanError):
            self._unchecked.append(Said("audit.unchecked.charter-file"))
        elif known.unruled is None:
            check_charter_file(known, charter_file, self._checkpoint.size)
        if charters is not None:
            cosigned, unchecked = check_checkpoint(known, self._checkpoint, note, charters)
            own = self._checkpoint.origin
            self._cosigned = tuple(sorted({each.key.name for each in cosigned if each.key.name != own}))
            self._unchecked += unchecked

    def note_unchecked(self, said: Said) -> None:
        """Say in the report that something was not checked."""
        self._unchecked.append(said)

    @property
    def reached(self) -> int:
        """Return how many leaves were taken and judged."""
        return self.tree.size - len(self.pending)

    @property
    def note(self) -> bytes:
        """Return the checkpoint that is audited, as it came."""
        return self._note

    def report(self) -> Report:
        """Return what was found so far."""
        known = self.known
        counts = {**known.counts, "keys": known.index.keys, "gaps": known.sequences.gaps}
        return Report(
            origin=self._checkpoint.origin,
            charter=known.standpoint.policy.charter,
            size=self._checkpoint.size,
            root=self._checkpoint.root,
            note=self._note,
            seen=self.seen,
            first=self.first,
            leaves=self.reached,
            counts=dict(sorted(counts.items())),
            cosigned=self._cosigned,
            findings=known.findings.sorted(),
            unchecked=tuple(self._all_unchecked()),
        )

    def _all_unchecked(self) -> Iterator[Said]:
        known, tree = self.known, self.tree
        hidden = sum(known.counts[f"bodies.{state}"] for state in ("restricted", "missing", "erased"))
        leaves = {"before": self.first or None, "batches": known.closed, "rights": known.unruled,
                  "index": known.astray, "histories": known.torn}  # fmt: skip
        yield from (
            Said(f"audit.unchecked.{what}", {"leaf": leaf}) for what, leaf in leaves.items() if leaf is not None
        )
        counts = {"seals": len(self.chain.waiting), "bodies": hidden, "counters": len(known.counters.withheld)}
        yield from (Said(f"audit.unchecked.{what}", {"count": count}) for what, count in counts.items() if count)
        holds = {"entries": tree.closed, "root": bool(tree.size) and tree.root() is None}
        yield from (Said(f"audit.unchecked.{what}") for what, held in holds.items() if held)
        yield from self._unchecked
        yield from (Said(key) for key in _ALWAYS_UNCHECKED)


def audit(
    source: Source, standpoint: Standpoint, *, seen: bytes = b"", opinion: tuple[str, Roots] | None = None
) -> Report:
    """Return the report of a whole audit, without progress or interruption.

    Args:
        source: where the ledger's bytes come from.
        standpoint: whom the auditor trusts, and the registry's own types.
        seen: the checkpoint that was audited before, if any.
        opinion: name and code of a second opinion, if any.

    Raises:
        SourceError: the checkpoint, or the source itself, cannot be read.
        MalformedError: the checkpoint is none.
    """
    walk = Audit(source, standpoint)
    walk.remember(seen)
    if opinion:
        walk.ask(*opinion)
    for _ in walk.run():
        pass
    return walk.report()


__all__ = ["Audit", "Progress", "SourceError", "SuyuanError", "audit"]
