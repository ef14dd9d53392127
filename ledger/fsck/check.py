"""The whole check, in order: what rests on nothing first, what follows from it after it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ledger.fsck.commitments import check_commitments, check_meta
from ledger.fsck.counters import check_counters, recount
from ledger.fsck.damage import Damage, Damages
from ledger.fsck.derive import Derived, derive
from ledger.fsck.derived import check_derived
from ledger.fsck.disclosures import check_disclosures
from ledger.fsck.engines import open_rows
from ledger.fsck.entries import Log, check_entries, is_log_damaged
from ledger.fsck.erasures import read_taken_out
from ledger.fsck.events import check_events
from ledger.fsck.files import Disk, check_files, check_guard, check_published, published_size, read_if_there
from ledger.fsck.origin import RowsSource
from ledger.fsck.rows import Rows, UnreadableError, text_of
from ledger.objects.address import is_object_address
from verifier.errors import SuyuanError
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.audit.findings import INCOMPLETE, Finding
from verifier.proof.audit.walk import Audit
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import Said
from verifier.vocabulary import registry_types


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check.

    Attributes:
        size: leaves of the log.
        events: events in it.
        keys: keys of the index.
        damages: what was found.
        more: damages that were only counted.
        unchecked: what could not be checked because what it rests on is damaged.
    """

    size: int
    events: int
    keys: int
    damages: tuple[Damage, ...]
    more: int
    unchecked: tuple[Said, ...]


def check_ledger(database: Path, tiles: Path, guard: Path | None = None) -> Checked:
    """Check every row and file of a ledger, running or stopped; nothing is written.

    Args:
        database: its file; where the folder names a server's database, that one is checked instead.
        tiles: the folder of tiles and the published checkpoint.
        guard: its file; None for the one that the database names.

    Raises:
        SetupError: there is no database.
    """
    damages, disk = Damages(), Disk.look(tiles)
    try:
        with open_rows(database) as rows:
            if rows.check(damages):
                return _Check(rows, damages).run(disk, guard or _named_guard(rows))
            unchecked = Said("fsck.unchecked.tables")
    except UnreadableError as error:
        damages.add("database", str(database), came=str(error), expected="a database that can be read")
        unchecked = Said("fsck.unchecked.page")
    return Checked(0, 0, 0, tuple(damages.list()), damages.more, (unchecked,))


class _Check:
    """One check over one snapshot."""

    def __init__(self, rows: Rows, damages: Damages) -> None:
        self._rows = rows
        self._damages = damages
        self._unchecked: list[Said] = []

    def run(self, disk: Disk, guard: Path | None) -> Checked:
        rows, damages = self._rows, self._damages
        if rows.pages_unchecked:
            self._unchecked.append(Said(rows.pages_unchecked))
        log = check_entries(rows, damages)
        taken_out = read_taken_out(rows)
        check_events(rows, log, taken_out, damages)
        self._audit(log, disk.tiles)
        if is_log_damaged(damages):
            self._unchecked.append(Said("fsck.unchecked.bundles"))
        else:
            check_files(disk, rows, log, damages)
            if published_size(disk) is None and log.size:
                self._unchecked.append(Said("fsck.unchecked.partial"))
        if guard is None:
            self._unchecked.append(Said("fsck.unchecked.guard"))
        else:
            check_guard(guard, read_if_there(guard), log, damages)
        derived = self._derive(log)
        if derived:
            check_derived(rows, derived, damages)
            check_disclosures(rows, log, derived, taken_out, damages)
            self._count(log, derived)
            check_commitments(rows, log, derived, damages)
            check_meta(rows, log, derived, damages)
            check_published(disk, log, derived, damages)
        keys = derived.index.keys if derived else 0
        return Checked(log.size, log.events, keys, tuple(damages.list()), damages.more, tuple(self._unchecked))

    def _derive(self, log: Log) -> Derived | None:
        """Return what follows from the heads; None where they, or what their types rest on, are damaged."""
        if not self._damages.has("event", columns=("", "head", "body")) and not is_log_damaged(self._damages):
            try:
                return derive(self._rows, log)
            except SuyuanError as error:
                self._damages.refuse("event", "", "head", error)
        self._unchecked.append(Said("fsck.unchecked.derived"))
        return None

    def _count(self, log: Log, derived: Derived) -> None:
        """Check counters; say of how many it cannot be done, since amounts were erased."""
        found = recount(self._rows, log, derived.replay.registry, self._damages)
        if unchecked := check_counters(self._rows, found, self._damages):
            self._unchecked.append(Said("fsck.unchecked.counters", {"count": unchecked}))

    def _audit(self, log: Log, tiles: Path) -> None:
        """Let the verifier's audit judge the rows as if they were an export, and say which rows it means."""
        first = self._rows.between("statement", "leaf", 0, 1)
        note = self._note()
        if not first or note is None or log.strays or log.missing:
            self._unchecked.append(Said("fsck.unchecked.rights"))
            return
        pinned = bytes(log.levels[0][:32])
        standpoint = Standpoint(TrustPolicy(pinned), 0, registry_types())
        audit = Audit(RowsSource(self._rows, log, tiles, note), standpoint)
        try:
            for _ in audit.run():
                pass
        except SuyuanError as error:
            self._damages.refuse("checkpoint", "", "note", error)
        for finding in audit.report().findings:
            if finding.weight != INCOMPLETE and finding.check not in ("checkpoint", "charter"):
                self._take(finding, log, tiles)

    def _note(self) -> bytes | None:
        """Return the newest checkpoint row that can be read, with its cosignatures."""
        for row in self._rows.all("checkpoint", order="size DESC"):
            lines = "".join(f"{text_of(line)}\n" for _, line in self._rows.where("cosignature", "size", row[0]))
            for note in (row[1] + lines.encode() if isinstance(row[1], bytes) else b"", row[1]):
                try:
                    if parse_signed_checkpoint(note)[0].size == row[0]:
                        return bytes(note)
                except (SuyuanError, TypeError):
                    continue
        return None

    def _take(self, finding: Finding, log: Log, tiles: Path) -> None:
        """Say which row or file a finding of the audit means."""
        path, leaf = finding.place.path or "", finding.place.leaf
        of_tile = path.startswith("tile/") and "entries" not in path
        if of_tile:
            self._damages.add("file", str(tiles / path), came=finding.came, expected=finding.expected or finding.field)
        elif leaf is not None:
            self._take_row(finding, leaf, log)

    def _take_row(self, finding: Finding, leaf: int, log: Log) -> None:
        batch = log.batch(leaf)
        came, expected = finding.came, f"{finding.field}: {finding.expected}"
        if batch is None:
            self._damages.add("seal", f"leaf={leaf}", "entry", came=came, expected=expected)
        elif finding.place.position is not None:
            column = "body" if finding.field.startswith("body") else "head"
            self._damages.add("event", f"seq={batch[0] + finding.place.position}", column, came=came, expected=expected)
        elif finding.check != "batch" or not self._damages.has("event"):  # of a batch, its events say more
            self._damages.add("statement", f"leaf={leaf}", "entry", came=came, expected=expected)


def _named_guard(rows: Rows) -> Path | None:
    found = [text_of(value) for _, value in rows.where("meta", "name", "guard")]
    return Path(found[0]) if found and found[0] and not is_object_address(found[0]) else None
