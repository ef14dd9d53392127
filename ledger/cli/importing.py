"""`import ceb`: customs messages from files, through a gateway's folder, until the ledger has given its receipts."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.files import read_file
from ledger.cli.gateways import open_from
from ledger.cli.holder import Holder, read_holder
from ledger.cli.options import RequestKey, argument, help_of, option, sharing
from ledger.cli.speaking import COULD_NOT, FALSE, NOT_YET, USAGE, Voice, door, render_error
from ledger.clock import milliseconds
from ledger.errors import SetupError, StoppedError
from ledger.gateway.gateway import Gateway
from ledger.gateway.intake import CEB, Arrival, Fault
from ledger.gateway.jobs import Told, error_of_json, fault_json
from ledger.gateway.looking import job_json
from ledger.gateway.reader import Reader
from ledger.gateway.received import Received
from ledger.readers.ceb import Facts, Mode, Trust, load_trust
from ledger.readers.ceb.signature import State
from verifier.errors import MalformedError, SuyuanError
from verifier.primitives.strict_json import parse_json

importing = typer.Typer(no_args_is_help=True, help=help_of("import"))
_MESSAGE = 1 << 20  # bytes
_AHEAD = 512  # messages handed over and not durable yet
_MOST_FACTS = 1 << 20  # bytes
_SHOWN = 20  # faults that are shown of one file
_MANY = 256  # files for which a process that reads beside is worth its start


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    arrival: Arrival | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Saying:
    """What is said of every file."""

    mode: Mode
    facts: Facts
    trust: Trust | None

    def of(self, path: Path) -> Received:
        """Return a file's message, not read yet."""
        return Received(CEB, read_file(path, _MESSAGE), self.mode, self.facts, self.trust)


@importing.command("ceb", help=help_of("import.ceb"))
@door
@sharing(read_holder)
def import_ceb(  # noqa: PLR0913 - a command's options
    holder: Holder,
    path: Annotated[Path, argument("help.import.path", "FILE|DIR")],
    *,
    sender: Annotated[str | None, option("--as", text="help.import.as", metavar="SENDER")] = None,
    to: Annotated[str | None, option("--to", text="help.url", metavar="URL")] = None,
    key: Annotated[str | None, option("--key", text="help.key", metavar="KEY")] = None,
    folder: Annotated[Path, option("--folder", text="help.gateway.folder", metavar="DIR")] = Path("gateway"),
    policy: Annotated[Path | None, option("--policy", text="help.policy", metavar="FILE")] = None,
    request_key: RequestKey = None,
    types: Annotated[Path | None, option("--types", text="help.types", metavar="DIR")] = None,
    facts: Annotated[Path | None, option("--facts", text="help.import.facts", metavar="FILE")] = None,
    trust: Annotated[Path | None, option("--trust", text="help.gateway.trust", metavar="DIR")] = None,
    lenient: Annotated[bool, option("--lenient/--strict", text="help.import.lenient")] = False,
    dry_run: Annotated[bool, option("--dry-run", text="help.import.dry-run")] = False,
    wait: Annotated[float, option("--wait", text="help.import.wait", metavar="SECONDS", min=0)] = 300.0,
) -> None:
    """Read customs messages, sign what they are evidence of, send it."""
    voice = holder.voice
    believed = load_trust(trust, at=milliseconds()) if trust else None
    saying = _Saying(Mode.LENIENT if lenient else Mode.STRICT, _facts(facts), believed)
    paths = _paths(path)
    if dry_run:
        _answer(voice, _Report.of_reading(_read_here(paths, saying)), None)
        return
    if sender is None or to is None or key is None:
        raise MalformedError("--as", came="no sender, ledger or key", expected="--as, --to and --key; or --dry-run")
    opened = open_from(
        holder, to, [sender], [key], folder=folder, policy=policy, request_key=request_key, types=types,
    )  # fmt: skip
    _answer(voice, *_send(opened.gateway, paths, saying, wait))


def _send(gateway: Gateway, paths: list[Path], saying: _Saying, wait: float) -> tuple[_Report, bool]:
    """Hand files over, wait until they are sent, and return what came of them and whether that was all."""
    gateway.start()
    try:
        if len(paths) < _MANY:
            report = _hand_over(gateway, _read_here(paths, saying))
        else:
            with closing(Reader(gateway.setting.types)) as reader:
                report = _hand_over(gateway, _read_aside(paths, saying, reader))
        done = gateway.wait_idle(wait)
        report.look(gateway)
    finally:
        gateway.close()
    return report, done


class _Report:
    """What came of the files."""

    def __init__(self) -> None:
        self.files = self.events = self.again = 0
        self.faults: list[tuple[Path, dict[str, str]]] = []
        self.departures: list[tuple[Path, str]] = []
        self.signatures: list[tuple[Path, str]] = []
        self.states: dict[str, int] = {}
        self._jobs: list[tuple[Path, str]] = []

    @classmethod
    def of_reading(cls, files: Iterator[_File]) -> _Report:
        """Return the report of a dry run."""
        report = cls()
        for each in files:
            report.read(each)
            report.events += len(each.arrival.documents) if each.arrival else 0
        return report

    def read(self, file: _File) -> None:
        """Count a file."""
        self.files += 1
        self.faults += [(file.path, fault_json(each)) for each in file.faults]
        if file.arrival:
            self.note(file.path, file.arrival)

    def note(self, path: Path, arrival: Arrival) -> None:
        """Note what was accepted in a message against the rules, and what its own signature was found to be."""
        self.departures += [(path, each) for each in arrival.departures]
        self.signatures.append((path, arrival.notes.get("signature", "")))

    def told(self, path: Path, told: Told) -> None:
        """Count what a gateway told of a file."""
        self.events += len(told.items)
        self.again += sum(1 for each in told.items if each["again"])
        self.faults += [(path, each) for each in told.faults]
        self._jobs.append((path, told.id))

    def look(self, gateway: Gateway) -> None:
        """See how the events stand now; what the ledger refused is a fault of its file."""
        for path, job in self._jobs:
            for each in job_json(gateway, job)["items"]:
                self.states[each["state"]] = self.states.get(each["state"], 0) + 1
                if "reason" in each:
                    self.faults.append((path, {"path": each["path"], **each["reason"]}))

    @property
    def is_refused(self) -> bool:
        """Return whether the ledger refused something that was read."""
        return self.states.get("parked", 0) > 0


def _read_here(paths: list[Path], saying: _Saying) -> Iterator[_File]:
    for each in paths:
        try:
            arrival = saying.of(each).read()
        except SetupError:
            raise
        except SuyuanError as error:
            yield _File(each, None, (Fault("message", error),))
        else:
            yield _File(each, arrival, arrival.faults)


def _read_aside(paths: list[Path], saying: _Saying, reader: Reader) -> Iterator[_File]:
    for path, outcome in zip(paths, reader.read_all(map(saying.of, paths)), strict=True):
        if isinstance(outcome, Arrival):
            yield _File(path, outcome, outcome.faults)
        elif isinstance(outcome, SuyuanError) and not isinstance(outcome, StoppedError):
            yield _File(path, None, (Fault("message", outcome),))
        else:
            raise outcome


def _paths(path: Path) -> list[Path]:
    """Return the files of a folder, or of those below it, by name: what was numbered in order is read in order."""
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.rglob("*") if each.suffix.lower() == ".xml" and each.is_file())
    if not found:
        raise MalformedError(str(path), came="no message", expected="files that end in .xml")
    return found


def _hand_over(gateway: Gateway, files: Iterator[_File]) -> _Report:
    report = _Report()
    waiting: deque[tuple[Path, Future[Told]]] = deque()
    for each in files:
        if each.arrival is None:
            report.read(each)
            continue
        report.files += 1
        report.note(each.path, each.arrival)
        while gateway.open_items() + _AHEAD >= gateway.setting.most:
            gateway.wait_room(1.0)
        waiting.append((each.path, gateway.take(each.arrival)))
        if len(waiting) >= _AHEAD:
            path, future = waiting.popleft()
            report.told(path, future.result())
    for path, future in waiting:
        report.told(path, future.result())
    return report


def _facts(path: Path | None) -> Facts:
    if path is None:
        return Facts()
    value = parse_json(read_file(path, _MOST_FACTS), str(path))
    known = {each.name for each in fields(Facts)}
    if not isinstance(value, dict) or not value.keys() <= known:
        raise MalformedError(str(path), came="another shape", expected=f"an object of {', '.join(sorted(known))}")
    given: dict[str, Any] = dict(value)
    if isinstance(given.get("products"), dict):
        given["products"] = {int(number): product for number, product in given["products"].items()}
    if isinstance(given.get("covers"), list):
        given["covers"] = tuple(given["covers"])
    return Facts(**given)


def _answer(voice: Voice, report: _Report, done: bool | None) -> None:  # noqa: FBT001
    """Say what came of it; end with the exit code that says so."""
    lines = [voice.say("import.read", files=report.files, events=report.events, again=report.again)]
    lines += [voice.say("import.departure", path=str(path), sentence=each) for path, each in report.departures]
    lines += [
        voice.say("import.fault", path=str(path), sentence=render_error(error_of_json(each), voice.lang))
        for path, each in report.faults
    ]
    lines += _signature_lines(voice, report)
    if report.states:
        lines.append(voice.say("import.states", **{name: report.states.get(name, 0) for name in _STATES}))
    answer = {
        "files": report.files, "events": report.events, "again": report.again, "states": report.states,
        "faults": [{"file": str(path), **each} for path, each in report.faults],
        "departures": [{"file": str(path), "sentence": each} for path, each in report.departures],
        "signatures": Counter(each for _, each in report.signatures),
        "notAuthentic": [{"file": str(path), "signature": each} for path, each in _false_ones(report)],
    }  # fmt: skip
    voice.data(json.loads(json.dumps(answer)), lines)
    if code := _exit_code(report, done=done):
        raise typer.Exit(code)


def _signature_lines(voice: Voice, report: _Report) -> list[str]:
    """Return what the messages' own signatures were found to be: all of them counted, the false ones by file."""
    counts = Counter(each.partition(": ")[0] for _, each in report.signatures)
    if not counts:
        return []
    words = {each: voice.say(f"import.signature-{each.replace(' ', '-')}") for each in counts}
    told = " · ".join(f"{words[each]} {count}" for each, count in counts.items())
    lines = [voice.say("import.signatures", counts=told)]
    for path, each in _false_ones(report):
        lines.append(voice.say("import.not-authentic", path=str(path), reason=each.partition(": ")[2]))
    return lines


def _false_ones(report: _Report) -> list[tuple[Path, str]]:
    return [(path, each) for path, each in report.signatures if each.startswith(State.NOT_AUTHENTIC.value)]


_STATES = ("recorded", "parked", "waiting", "ready", "signed")


def _exit_code(report: _Report, *, done: bool | None) -> int:
    if any(each.get("code") in ("setup", "unreachable") for _, each in report.faults):
        return COULD_NOT
    if report.is_refused:
        return FALSE
    if report.faults:
        return USAGE
    unfinished = done is False or report.states.get("waiting", 0) > 0
    return NOT_YET if unfinished else 0
