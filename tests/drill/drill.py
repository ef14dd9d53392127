"""The drill: load runs through two ledger processes; the database's leader is harmed, again and again; one sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ledger.errors import StoppedError
from ledger.store.postgres.connection import connect
from ledger.store.postgres.lease import Lease
from tests.cluster.machines import Machine
from tests.crash.served import Submitters, found_served
from tests.drill.checking import check_told
from tests.drill.harm import KINDS, refusal_of
from tests.drill.patroni import Cluster
from tests.drill.processes import until
from tests.drill.report import Failover, Pause, Report
from tests.drill.timed import TimedJournal
from tests.world import World

LEASE = 3.0  # seconds
MORE = 50  # acknowledged submissions after which a process is known to go on
THREADS = 2  # submitters of each process
LONG = 15.0  # seconds for which two nodes lead


class Drill:
    """A zone on a cluster, two processes that serve it, and what they acknowledged."""

    def __init__(self, folder: Path, cluster: Cluster, tell: Callable[[str], None]) -> None:
        """Found the zone; the processes are not started yet."""
        self._cluster = cluster
        self._tell = tell
        self._zone = found_served(folder / "zone", cluster.dsn)
        self._journal = TimedJournal(folder / "zone" / "journal")
        settings = {"allow_async": "0", "lease": str(LEASE)}
        self._machines = [Machine(self._zone.folder, name, **settings) for name in ("first", "second")]

    def run(self, times: dict[str, int]) -> Report:
        """Do each kind of harm as often as asked, pause, stop, check.

        Raises:
            AssertionError: what must come to be does not.
        """
        report = Report()
        with self._load(self._zone):
            self._more()
            for kind in [kind for kind, count in times.items() for _ in range(count)]:
                report.failovers.append(self._fail(kind))
                self._tell(str(report.failovers[-1]))
            report.pause = self._pause()
            self._tell(str(report.pause))
        for each in self._machines:
            assert each.stop() == 0
        self._journal.close()
        check_told(self._zone.folder, report)
        return report

    @contextmanager
    def _load(self, world: World) -> Iterator[None]:
        """Let submitters send to both processes."""
        with ExitStack() as stack:
            for each in self._machines:
                each.start()
                stack.callback(_end, each)
            with ExitStack() as loads:
                for place, each in enumerate(self._machines):
                    load = Submitters(world, each.url, self._journal, place, threads=THREADS)
                    loads.callback(load.stop)
                yield
            stack.pop_all()

    def _more(self) -> None:
        """Return once more is acknowledged."""
        enough = self._journal.count + MORE
        until(lambda: self._journal.count >= enough, "nothing more is acknowledged")

    def _leader(self) -> Machine | None:
        return next((each for each in self._machines if each.leads), None)

    def _fail(self, kind: str) -> Failover:
        """Harm the database's leader; return once all is as before."""
        node, harm = self._cluster.leader(), KINDS[kind]
        begun = time.monotonic()
        harm.do(node)
        others = [each for each in self._cluster.nodes if each is not node]
        until(lambda: any(each.leads() for each in others), "no other node leads")
        elected = time.monotonic() - begun
        if harm.outlived:
            self._more()  # a process that has not found out yet says that it leads
        else:
            until(lambda: time.monotonic() - begun > elected + LONG, "time stands still")
        harm.undo(node)
        refused = refusal_of(self._cluster.alone(node)) if harm.wakes else ""
        self._more()
        led = min(each for each in self._journal.times if each > begun + elected) - begun
        self._cluster.wait_whole()
        whole = time.monotonic() - begun
        leader = until(self._leader, "no process leads")
        self._more()
        gap = self._journal.gap(begun)
        return Failover(kind, node.name, elected, led, gap, whole, self._journal.count, leader.term, refused)

    def _pause(self) -> Pause:
        """Let the process that leads sleep until another one has taken over, and for longer than its lease."""
        sleeper = until(self._leader, "no process leads")
        (other,) = (each for each in self._machines if each is not sleeper)
        term, begun = sleeper.term, time.monotonic()
        sleeper.pause()
        until(lambda: other.leads, "nobody took over")
        taken = time.monotonic() - begun
        until(lambda: time.monotonic() - begun > 2 * LEASE, "time stands still")
        self._more()
        refused = _refusal(self._cluster.dsn, term)
        sleeper.resume()
        slept = time.monotonic() - begun
        until(lambda: not sleeper.leads, "it still leads")
        self._more()
        assert other.leads
        assert other.term > term
        return Pause(LEASE, slept, taken, term, other.term, self._journal.gap(begun), refused)


def _refusal(dsn: str, term: int) -> str:
    """Return what a transaction under a term that is over is told.

    Raises:
        AssertionError: it may write.
    """
    stale = Lease(dsn, holder="whoever slept", url="")
    stale.term = term
    with connect(dsn) as connection, connection.transaction(force_rollback=True), connection.cursor() as cursor:
        try:
            stale.hold(cursor)
        except StoppedError as error:
            return str(error)
    raise AssertionError(f"term {term} may still write")


def _end(machine: Machine) -> None:
    """End a process that may sleep or be gone."""
    if machine._process and machine._process.poll() is None:
        machine.resume()
        machine._process.kill()
        machine._process.wait()


def run_drill(folder: Path, times: dict[str, int], tell: Callable[[str], None] = lambda _: None) -> Report:
    """Return what a drill in a new folder found."""
    folder.chmod(0o755)
    cluster = Cluster(folder)
    try:
        return Drill(folder, cluster, tell).run(times)
    finally:
        cluster.stop()
