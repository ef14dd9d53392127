"""`suyuan-verify audit`: a whole ledger, from a folder or an address; it can be put down and taken up again."""

from __future__ import annotations

import argparse
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from types import FrameType
from typing import Any

from verifier.cli.audit_report import render_report, report_json
from verifier.cli.audit_state import default_state, open_audit, put_down, write_file
from verifier.cli.calm import calm_collector
from verifier.cli.files import standpoint_of
from verifier.cli.progress import Bar
from verifier.cli.sources import FolderSource, open_source
from verifier.cli.speaking import complain, show, spell_json
from verifier.errors import SuyuanError
from verifier.proof.audit.findings import EnoughError, Place
from verifier.proof.audit.fork import fork_evidence
from verifier.proof.audit.manifest import check_manifest, parse_manifest
from verifier.proof.audit.opinion import Roots
from verifier.proof.audit.report import Report
from verifier.proof.audit.source import AbsentError, Source, SourceError
from verifier.proof.audit.walk import Audit
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import INCOMPLETE, VERIFIED, Said
from verifier.rendering import render_error
from verifier.texts.audits import tell

EXIT_CLEAN, EXIT_USAGE, EXIT_INCOMPLETE, EXIT_UNREADABLE, EXIT_INTERRUPTED = 0, 2, 3, 4, 130
GROUP = "suyuan.second_opinion"
SAVE_EVERY = 60.0  # seconds
_MANIFEST = "manifest.json"
_HELP = """Compute everything again from a ledger's entries, heads and bodies: every tile and entry bundle byte for
byte, every signature, every right, and the subject index at every seal; name the first place where something is wrong.

exit codes: 0 clean · 1 a fault · 2 wrong usage · 3 incomplete (no quorum; older than audited before) ·
4 cannot be read · 5 not supported · 130 interrupted (run again to go on)

What was audited last is remembered for each charter, also what an interrupted audit knows. A smaller checkpoint, or
another root for the same log, is refused, and the evidence is kept beside that file."""


def add_audit_command(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "audit",
        help="audit a whole ledger, from an export or an address",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", metavar="URL|DIRECTORY", help="a ledger's address, or what `suyuan export` wrote")
    parser.add_argument("--policy", required=True, metavar="FILE", help="trust policy: whom you trust")
    parser.add_argument(
        "--state",
        metavar="FILE",
        help="where to go on from, and to remember what was audited last (default: one for each charter, in "
        "$XDG_STATE_HOME/suyuan)",
    )
    parser.add_argument("--no-state", action="store_true", help="neither look at what was audited before nor remember")
    parser.add_argument(
        "--save-every", metavar="SECONDS", type=float, default=SAVE_EVERY, help="save an audit under way (%(default)s)"
    )
    parser.add_argument(
        "--continue", dest="go_on", action="store_true", help="read what is new since the last audit only"
    )
    parser.add_argument("--report", metavar="FILE", help="write the report: JSON to FILE, text to FILE.txt")
    parser.add_argument("--second-opinion", action="store_true", help="compute roots with other people's code as well")
    parser.add_argument("--header", action="append", metavar="NAME:VALUE", help="send with every request, for access")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=run_audit, at=None)


def run_audit(options: argparse.Namespace) -> int:
    """Audit a ledger, print the report, keep the state; return the exit code."""
    if options.go_on and options.no_state:
        complain(tell("audit.state-needed", options.lang))
        return EXIT_USAGE
    try:
        opinion = _load_opinion() if options.second_opinion else None
    except ImportError as error:
        complain(tell("audit.opinion-missing", options.lang, reason=str(error)))
        return EXIT_USAGE
    try:
        standpoint = standpoint_of(options)
        with closing(open_source(options.source, _headers(options.header))) as source:
            return _audit(source, standpoint, opinion, options)
    except SourceError as error:
        complain(render_error(error, options.lang))
        return EXIT_UNREADABLE


def _audit(
    source: Source, standpoint: Standpoint, opinion: tuple[str, Roots] | None, options: argparse.Namespace
) -> int:
    """Audit what a source holds; return the exit code."""
    state = None if options.no_state else options.state or default_state(standpoint.policy.charter)
    audit = open_audit(state, source, standpoint, go_on=options.go_on)
    if opinion:
        audit.ask(*opinion)
    if not _walk(audit, state, options):
        return EXIT_INTERRUPTED
    report = _conclude(audit, source)
    _write(report, opinion[0] if opinion else None, options)
    if state:
        _keep(state, audit, report, options)
    return report.exit_code


def _walk(audit: Audit, state: str | None, options: argparse.Namespace) -> bool:
    """Run an audit to its end; return False if it was interrupted and put down."""
    bar, saved = Bar(quiet=options.quiet), time.monotonic()
    with calm_collector(), _interruption() as interrupted:
        for progress in audit.run():
            words = {"leaf": progress.leaves, "size": progress.size, "findings": progress.findings}
            bar.draw(progress.leaves, progress.size, tell("audit.progress", options.lang, **words))
            if interrupted:
                bar.clear()
                if state:
                    put_down(state, audit, whole=True)
                complain(tell("audit.stopped" if state else "audit.stopped-unsaved", options.lang, **words))
                return False
            if state and time.monotonic() - saved >= options.save_every:
                put_down(state, audit, whole=True)
                saved = time.monotonic()
    bar.clear()
    return True


def _keep(state: str, audit: Audit, report: Report, options: argparse.Namespace) -> None:
    """Remember a sound checkpoint; of one that goes back or beside, keep the evidence and forget nothing."""
    sound = audit.done and report.exit_code in (EXIT_CLEAN, EXIT_INCOMPLETE)
    if sound:
        audit.remember(report.note)
    if sound or report.exit_code != EXIT_INCOMPLETE:
        put_down(state, audit, whole=sound and options.go_on)
    went_back = not audit.done and report.exit_code == EXIT_INCOMPLETE
    if report.forked or went_back:
        kept = f"{state}.evidence.json"
        write_file(kept, (spell_json(report_json(report, options.lang)) + "\n").encode())
        complain(tell("audit.kept", options.lang, path=kept))
    if evidence := fork_evidence(report, audit.known.source, audit.known.standpoint):
        kept = f"{state}.evidence"
        write_file(kept, evidence)
        complain(tell("audit.convicts", options.lang, path=kept))


@contextmanager
def _interruption() -> Iterator[list[int]]:
    """Yield a list that gets the signal, where one asks to stop; the audit stops behind the bundle at hand."""
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # only there can signals be taken
        yield received
        return

    def note(number: int, _frame: FrameType | None) -> None:
        if received:  # asked twice: at once
            raise KeyboardInterrupt
        received.append(number)

    before = {each: signal.signal(each, note) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _conclude(audit: Audit, source: Source) -> Report:
    """Return the report; the manifest of an export that was read whole must say what was counted."""
    report = audit.report()
    whole = audit.done and report.first == 0 and report.outcome in (VERIFIED, INCOMPLETE)
    if not isinstance(source, FolderSource) or not whole:
        return report
    try:
        manifest = source.read(_MANIFEST)
    except AbsentError:
        audit.note_unchecked(Said("audit.unchecked.manifest"))
        return audit.report()
    try:
        check_manifest(
            parse_manifest(manifest), origin=report.origin, size=report.size, root=report.root, counts=report.counts
        )
    except SuyuanError as error:
        with suppress(EnoughError):
            audit.known.findings.add(error, "manifest", Place(path=_MANIFEST), report.size)
    return audit.report()


def _write(report: Report, opinion: str | None, options: argparse.Namespace) -> None:
    told = render_report(report, options.lang, opinion)
    spelt = spell_json(report_json(report, options.lang, opinion))
    show(spelt if options.json else told)
    if options.report:
        write_file(options.report, (spelt + "\n").encode())
        write_file(f"{options.report}.txt", (told + "\n").encode())


def _load_opinion() -> tuple[str, Roots]:
    """Return name and code of the second opinion that is installed here.

    Raises:
        ImportError: there is none, or it cannot be loaded.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415 - only an audit with a second opinion asks for it

    for entry in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        return entry.name, entry.load()
    raise ImportError(GROUP)


def _headers(given: list[str] | None) -> dict[str, str]:
    pairs = (each.partition(":") for each in given or [])
    return {name.strip(): value.strip() for name, _, value in pairs}
