"""`suyuan witness`: `init`, `follow`, `accept`, `run`, `keys`, `status`, `resume`, from keys to a running process."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.holder import Holder, read_holder, read_voice
from ledger.cli.options import RequestKey, argument, help_of, option, sharing
from ledger.cli.signers import numbering
from ledger.cli.speaking import COULD_NOT, DONE, FALSE, NOT_YET, Voice, door, error_json, render_error
from ledger.cli.witness_keys import read_vkeys
from ledger.cli.witness_status import read_status, status_lines
from ledger.collector import calm_collector
from ledger.errors import SetupError
from ledger.witness.folder import Accepted, WitnessFolder
from ledger.witness.keys import has_key_files
from ledger.witness.mirror.confirming import ConfirmingKey
from ledger.witness.mirror.mirror import Held, open_mirror_keys
from ledger.witness.monitor import Monitor
from ledger.witness.outcome import (
    BEHIND,
    COSIGNED,
    REFUSED,
    STALE,
    STOPPED,
    UNCHANGED,
    UNREACHABLE,
    Outcome,
)
from ledger.witness.run import PERIOD, Witness
from ledger.witness.statements.keys import has_notice_key
from ledger.witness.store import WitnessStore, open_reader
from verifier.primitives.note import format_vkey, parse_vkey

witness = typer.Typer(help=help_of("witness"), no_args_is_help=True)
_CODES = {
    COSIGNED: DONE, UNCHANGED: DONE, BEHIND: NOT_YET, STALE: NOT_YET, UNREACHABLE: COULD_NOT, REFUSED: FALSE,
    STOPPED: FALSE,
}  # fmt: skip
_Folder = Annotated[Path, argument("help.witness-folder", "DIR")]


@witness.command("init", help=help_of("witness.init"))
@door
@sharing(read_holder)
def init(
    holder: Holder,
    folder: _Folder,
    name: Annotated[str, option("--name", text="help.witness-name", metavar="NAME")],
    *,
    classical: Annotated[bool, option("--classical", text="help.classical")] = False,
    key: Annotated[list[str] | None, option("--key", text="help.witness-key", metavar="KEY")] = None,
    replay: Annotated[bool, option("--replay", text="help.replay-keys")] = False,
) -> None:
    """Make a new witness; print the keys that a charter must name."""
    files = replay or len(key or ()) < (1 if classical else 2)  # a passphrase is for those keys that are files
    passphrase = holder.passphrase(new=True) if files else b""
    keys = WitnessFolder(folder).create(
        name, passphrase, post_quantum=not classical, references=key or (), replays=replay
    )
    holder.voice.tell("witness.made", folder=str(folder))
    vkeys = [format_vkey(key) for key in keys.note_keys]
    holder.voice.data({"name": name, "vkeys": vkeys}, vkeys)


@witness.command("follow", help=help_of("witness.follow"))
@door
@sharing(read_voice)
def follow(
    voice: Voice,
    folder: _Folder,
    url: Annotated[str, argument("help.url", "URL")],
    policy: Annotated[Path, option("--policy", text="help.followed-policy", metavar="FILE")],
) -> None:
    """Let a witness follow a ledger."""
    try:
        content = policy.read_bytes()
    except OSError as error:
        raise SetupError(str(policy), came=error.strerror, expected="a trust policy") from error
    WitnessFolder(folder).follow(url, content)
    voice.data({"url": url}, [voice.say("witness.follows", url=url)])


@witness.command("accept", help=help_of("witness.accept"))
@door
@sharing(read_voice)
def accept(
    voice: Voice,
    folder: _Folder,
    vkeys: Annotated[list[str], argument("help.log-vkeys", "VKEY...")],
    *,
    origin: Annotated[str | None, option("--origin", text="help.log-origin", metavar="NAME")] = None,
) -> None:
    """Let a witness cosign for a log of others."""
    keys = tuple(parse_vkey(each) for each in vkeys)
    name = origin or keys[0].name
    WitnessFolder(folder).accept(Accepted(name, keys))
    voice.data({"origin": name}, [voice.say("witness.accepts", origin=name)])


@witness.command("run", help=help_of("witness.run"))
@door
@sharing(read_holder)
def run(  # noqa: PLR0913 - a command's options
    holder: Holder,
    folder: _Folder,
    *,
    listen: Annotated[str | None, option("--listen", text="help.listen", metavar="HOST:PORT")] = None,
    period: Annotated[float, option("--period", text="help.period", metavar="SECONDS", min=0.05)] = PERIOD,
    once: Annotated[bool, option("--once", text="help.once")] = False,
    mirror: Annotated[Path | None, option("--mirror", text="help.mirror", metavar="DIR")] = None,
    open_reads: Annotated[bool, option("--open-reads", text="help.mirror-open-reads")] = False,
    confirm_key: Annotated[str | None, option("--confirm-key", text="help.confirm-key", metavar="KEY")] = None,
    request_key: RequestKey = None,
    replay: Annotated[bool, option("--replay", text="help.replay")] = False,
) -> None:
    """Run a witness until it is told to stop."""
    files = mirror is not None or has_key_files(WitnessFolder(folder).keys)  # a mirror's keys are files
    passphrase = holder.passphrase() if files else b""
    voice, signer = holder.voice, holder.request_key(request_key)
    running = Witness(folder, passphrase, serves=bool(listen and passphrase), request_key=signer, replays=replay)
    try:
        if mirror:
            keys = open_mirror_keys(WitnessFolder(folder).keys, running.name, passphrase)
            confirming = _confirming(holder, confirm_key)
            running.mirror_into(mirror, keys, open_reads=open_reads, confirming=confirming)
        if not running.followers:
            voice.tell("witness.nothing", folder=str(folder))
        if once:
            outcomes = running.look()
            for url, outcome in outcomes:
                _report(voice, url, outcome)
            for url, held in running.look_at_mirrors():
                _report_mirror(voice, url, held)
            codes = {_CODES[outcome.word] for _, outcome in outcomes}
            raise typer.Exit(next((each for each in (FALSE, COULD_NOT, NOT_YET) if each in codes), DONE))
        _run(voice, running, listen, period)
    finally:
        running.close()


@witness.command("keys", help=help_of("witness.keys"))
@door
@sharing(read_holder)
def keys(holder: Holder, folder: _Folder) -> None:
    """Show a witness's verifier keys, by what they are for."""
    place = WitnessFolder(folder)
    files = has_key_files(place.keys) or has_notice_key(place.keys)
    name, vkeys = read_vkeys(place, holder.passphrase() if files else b"")
    lines = [
        f"{holder.voice.say(f'witness.keys-{purpose}')}: {each}" for purpose, found in vkeys.items() for each in found
    ]
    holder.voice.data({"name": name, "vkeys": vkeys}, lines)


@witness.command("status", help=help_of("witness.status"))
@door
@sharing(read_voice)
def status(
    voice: Voice,
    folder: _Folder,
    *,
    mirror: Annotated[Path | None, option("--mirror", text="help.mirror-status", metavar="DIR")] = None,
) -> None:
    """Show what a witness cosigned, what stopped it, what a ledger withholds, and what its mirror holds."""
    name, followed, ledgers = read_status(WitnessFolder(folder), mirror)
    answer = {"name": name, "follows": [each.url for each in followed], "ledgers": ledgers}
    voice.data(answer, [name, *(line for each in ledgers for line in status_lines(voice, each))])
    if any(each["stopped"] or each["contradictions"] for each in ledgers):
        raise typer.Exit(FALSE)


@witness.command("resume", help=help_of("witness.resume"))
@door
@sharing(read_voice)
def resume(
    voice: Voice,
    folder: _Folder,
    origin: Annotated[str, argument("help.ledger-origin", "NAME")],
) -> None:
    """Go on with a ledger that was stopped."""
    database = WitnessFolder(folder).database
    open_reader(database).close()
    store = WitnessStore(database)
    try:
        resumed = store.resume(origin)
    finally:
        store.close()
    word = "witness.resumed" if resumed else "witness.not-stopped"
    voice.data({"origin": origin, "resumed": resumed}, [voice.say(word, origin=origin)])


def _confirming(holder: Holder, reference: str | None) -> ConfirmingKey | None:
    """Return with what a mirror confirms erasures, None where no key for that is named."""
    if reference is None:
        return None
    signer = holder.open(reference)
    return ConfirmingKey(signer, lambda least: numbering(reference, signer, least=least)(1))


def _run(voice: Voice, running: Witness, listen: str | None, period: float) -> None:
    """Run until SIGTERM or SIGINT; report what changes."""
    monitor = Monitor(listen, running.store, running.doors()) if listen else None
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: running.stop())
    if monitor:
        voice.tell("witness.listening", address=monitor.address)
    voice.tell("witness.running", name=running.name, count=len(running.followers))
    last: dict[str, tuple[str, str]] = {}
    held_last: dict[str, Held] = {}
    mutex = threading.Lock()

    def mirrored(url: str, held: Held) -> None:
        if str(held_last.get(url)) != str(held):
            _report_mirror(voice, url, held)
        held_last[url] = held

    def report(url: str, outcome: Outcome) -> None:
        told = (outcome.word, str(outcome.error or ""))
        with mutex:
            if outcome.word == COSIGNED or last.get(url) != told:
                _report(voice, url, outcome)
            last[url] = told

    calm_collector()
    try:
        running.run(report, period=period, mirrored=mirrored)
    finally:
        if monitor:
            monitor.close()


def _report(voice: Voice, url: str, outcome: Outcome) -> None:
    size = "-" if outcome.size is None else outcome.size
    words = [voice.say(f"outcome.{outcome.word}", size=size)]
    words += [voice.say("outcome.quorum")] if outcome.quorum else []
    words += [voice.say("outcome.unread")] if outcome.unread else []
    words += [render_error(outcome.error, voice.lang)] if outcome.error else []
    words += [f"{voice.say('label.evidence')}: {' '.join(outcome.evidence)}"] if outcome.evidence else []
    answer = {
        "ledger": url,
        "outcome": outcome.word,
        "size": outcome.size,
        "quorum": outcome.quorum,
        "sealsRead": not outcome.unread,
        "error": error_json(outcome.error) if outcome.error else None,
        "evidence": list(outcome.evidence),
    }
    voice.data(answer, [f"{url}: {' · '.join(words)}"])


def _report_mirror(voice: Voice, url: str, held: Held) -> None:
    words = [voice.say("witness.holds", size=held.size)] if not held.error else [render_error(held.error, voice.lang)]
    error = error_json(held.error) if held.error else None
    answer = {"ledger": url, "mirrored": held.size, "error": error}
    if held.waiting:
        words.append(voice.say("witness.unconfirmed", count=held.waiting))
        answer["unconfirmed"] = held.waiting
    if held.refused:
        words.append(render_error(held.refused, voice.lang))
        answer["refused"] = error_json(held.refused)
    voice.data(answer, [f"{url}: {' · '.join(words)}"])
