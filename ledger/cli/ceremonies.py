"""`sign`, `merge`, `status`, `submit`: what is done with any ceremony, be it of the charter or of an agency."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.files import read_file
from ledger.cli.holder import Holder, read_holder, read_voice
from ledger.cli.options import argument, help_of, option, sharing
from ledger.cli.signers import numbering
from ledger.cli.speaking import NOT_YET, Voice, door
from ledger.cli.telling import ceremony_json, state_line, tell_acts, tell_progress
from ledger.client.client import LedgerClient
from ledger.clock import milliseconds
from ledger.governance.ceremony import Ceremony, format_ceremony, merge_ceremonies, parse_ceremony
from ledger.governance.checking import Checked, check_ceremony
from ledger.governance.fetching import fetch_evidence, read_evidence
from ledger.governance.proposing import Evidence
from ledger.governance.signing import duties_of, sign_ceremony
from ledger.governance.state import RegistryState, no_state
from ledger.governance.submitting import Rehearsal, rehearse, require_complete, submit_batches
from ledger.tiles.files import replace, write_new
from verifier.errors import MalformedError, UntrustedError
from verifier.ledgerformat.trust_policy import TrustPolicy, parse_trust_policy
from verifier.proof.bundle import MAX_FILE

File = Annotated[Path, argument("help.ceremony", "CEREMONY")]
PolicyFile = Annotated[Path | None, option("--policy", text="help.governance-policy", metavar="FILE")]
Yes = Annotated[bool, option("--yes", "-y", text="help.yes")]
DryRun = Annotated[bool, option("--dry-run", text="help.ceremony-dry-run")]
DraftOnly = Annotated[bool, option("--dry-run", text="help.draft-dry-run")]
Url = Annotated[str, option("--to", text="help.url", metavar="URL")]
_MOST_POLICY = 1 << 20


@door
@sharing(read_holder)
def sign(  # noqa: PLR0913 - a command's options
    holder: Holder,
    file: File,
    *,
    key: Annotated[str, option("--key", text="help.key", metavar="KEY")],
    policy: PolicyFile = None,
    first: Annotated[int | None, option("--first", text="help.first", min=0)] = None,
    out: Annotated[Path | None, option("--out", text="help.ceremony-out", metavar="FILE")] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Show a ceremony, ask, and sign what this key has to sign of it."""
    voice = holder.voice
    checked = check_file(file, read_policy(policy))
    rehearse(checked)
    show(voice, checked, silent=holder.voice.quiet and yes)
    signer = holder.open(key)
    duties = duties_of(signer.public.kid, checked)
    answer = {**ceremony_json(checked), "file": str(out or file), "duties": list(duties)}
    if not duties or dry_run:
        word = "ceremony.would-sign" if duties else "ceremony.nothing-to-sign"
        voice.data(answer, [voice.say(word, duties=_duties(voice, duties))])
        return
    confirm(voice, "ceremony.confirm", yes=yes)
    numbers = numbering(key, signer, least=checked.state.numbers.get(signer.public.kid, 0), first=first)
    signed = sign_ceremony(checked, signer, numbers=numbers, time=milliseconds(), random=secrets.token_bytes)
    after = check_ceremony(signed, checked.state)
    replace(out or file, format_ceremony(signed))
    answer = {**ceremony_json(after), "file": str(out or file), "duties": list(duties)}
    done = voice.say("ceremony.signed", duties=_duties(voice, duties), path=str(out or file))
    voice.data(answer, [done, *tell_progress(voice, after)])


@door
@sharing(read_voice)
def merge(
    voice: Voice,
    files: Annotated[list[Path], argument("help.ceremonies", "CEREMONY...")],
    *,
    out: Annotated[Path, option("--out", text="help.ceremony-out", metavar="FILE")],
    policy: PolicyFile = None,
    dry_run: Annotated[bool, option("--dry-run", text="help.merge-dry-run")] = False,
) -> None:
    """Put the signatures of several copies into one file."""
    trusted = read_policy(policy)
    copies = [check_file(each, trusted) for each in files]
    merged = merge_ceremonies([each.ceremony for each in copies])
    checked = check_ceremony(merged, copies[0].state)
    if not dry_run:
        replace(out, format_ceremony(merged))
    told = [voice.say("ceremony.would-merge")] if dry_run else []
    answer = {**ceremony_json(checked), "file": None if dry_run else str(out)}
    voice.data(answer, [*told, *tell_progress(voice, checked)])


@door
@sharing(read_voice)
def status(
    voice: Voice,
    file: File,
    *,
    policy: PolicyFile = None,
    to: Annotated[str | None, option("--to", text="help.url", metavar="URL")] = None,
) -> None:
    """Show what a ceremony says, who signed and who is missing; with a service, also what the ledger has of it."""
    checked = check_file(file, read_policy(policy), to)
    rehearsed = rehearse(checked)
    lines = [*tell_acts(voice, checked), "", *tell_progress(voice, checked)]
    answer = {**ceremony_json(checked), "inForce": rehearsed.done}
    voice.data(answer, [*lines, state_line(voice, checked.state), *_outlook(voice, checked, rehearsed)])
    if not (rehearsed.done or (checked.complete and rehearsed.takes_effect)):
        raise typer.Exit(NOT_YET)


@door
@sharing(read_voice)
def submit(
    voice: Voice,
    file: File,
    to: Url,
    *,
    policy: PolicyFile = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Send a signed ceremony: the proposal, then as many approvals as it needs."""
    checked = check_file(file, read_policy(policy), to)
    rehearsed = rehearse(checked)
    if not rehearsed.done:
        require_complete(checked, rehearsed)
    answer: dict[str, Any] = {
        **ceremony_json(checked),
        "sends": [each.issuer for each in rehearsed.sends],
        "takesEffect": rehearsed.takes_effect,
        "inForce": rehearsed.done,
    }
    if dry_run or rehearsed.done:
        voice.data(answer, [*tell_progress(voice, checked), *_outlook(voice, checked, rehearsed)])
        return
    show(voice, checked, silent=voice.quiet and yes)
    confirm(voice, "ceremony.confirm-submit", yes=yes)
    client = LedgerClient(to)
    submit_batches(rehearsed, client.submit, lambda batch: voice.tell("ceremony.sent", agency=batch.issuer))
    voice.data({**answer, "inForce": rehearsed.takes_effect}, [voice.say("ceremony.took-effect")])


def add_ceremonies(group: typer.Typer) -> None:
    """Mount these commands below `charter` or `agency`."""
    for command in (sign, merge, status, submit):
        group.command(command.__name__, help=help_of(f"ceremony.{command.__name__}"))(command)


def read_policy(path: Path | None) -> TrustPolicy | None:
    """Return the trust policy of a file, None for none: a ceremony that founds a ledger has nothing to pin yet."""
    return parse_trust_policy(read_file(path, _MOST_POLICY)) if path else None


def require_policy(policy: TrustPolicy | None) -> TrustPolicy:
    """Return a trust policy that must be there."""
    if policy is None:
        raise MalformedError("--policy", came="nothing", expected="a trust policy")
    return policy


def check_file(path: Path, policy: TrustPolicy | None, to: str | None = None) -> Checked:
    """Return a ceremony file held to the state that it carries, or to the newest that a service shows."""
    ceremony = parse_ceremony(read_file(path, MAX_FILE))
    return check_ceremony(ceremony, _state(ceremony, policy, to))


def confirm(voice: Voice, question: str, *, yes: bool) -> None:
    """Ask whether to go on, and end where the answer is no.

    Raises:
        MalformedError: there is nobody to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise MalformedError("--yes", came="no terminal to ask at", expected="--yes, once somebody has looked")
    typer.confirm(voice.say(question), abort=True, err=True)


def show(voice: Voice, checked: Checked, *, silent: bool = False) -> None:
    """Show what the bytes say, on standard error, where a person looks before an answer; unless nobody does."""
    lines = [*tell_acts(voice, checked), "", *tell_progress(voice, checked), state_line(voice, checked.state), ""]
    if not silent:
        print("\n".join(lines), file=sys.stderr, flush=True)


def write_draft(voice: Voice, ceremony: Ceremony, checked: Checked, out: Path, *, dry_run: bool) -> None:
    """Rehearse and show what was drafted, and write its file; nothing is signed.

    Raises:
        SuyuanError: the ledger would not take it.
        MalformedError: the file is there already.
    """
    rehearse(checked)
    show(voice, checked, silent=voice.quiet)
    if out.exists():
        todo = "Name another file, or remove that one."
        raise MalformedError("--out", came=f"{out}, which is there", expected="a new file", todo=todo)
    if not dry_run:
        write_new(out, format_ceremony(ceremony))
    word = "ceremony.would-write" if dry_run else "ceremony.written"
    voice.data({**ceremony_json(checked), "file": None if dry_run else str(out)}, [voice.say(word, path=str(out))])


def _state(ceremony: Ceremony, policy: TrustPolicy | None, to: str | None) -> RegistryState:
    if ceremony.pin is None or ceremony.charter is None or ceremony.checkpoint is None:
        return no_state(milliseconds())
    if policy is None:
        expected = "a trust policy: what a ceremony says of the ledger is believed by nobody"
        raise MalformedError("--policy", came="nothing", expected=expected)
    if policy.charter != ceremony.pin:
        raise UntrustedError("ceremony", came=ceremony.pin, expected=f"{policy.charter.hex()}, the pinned charter")
    evidence = Evidence(ceremony.pin, ceremony.charter, ceremony.registry, ceremony.checkpoint)
    carried = read_evidence(evidence, policy, milliseconds())
    if to is None:
        return carried
    subjects = [each for each in carried.subjects if not each.startswith("urn:suyuan:ledger:")]
    return read_evidence(fetch_evidence(LedgerClient(to), policy, subjects), policy, milliseconds())


def _outlook(voice: Voice, checked: Checked, rehearsed: Rehearsal) -> list[str]:
    if rehearsed.done:
        return [voice.say("ceremony.in-force")]
    if not (checked.complete and rehearsed.takes_effect):
        return [voice.say("ceremony.incomplete")]
    return [voice.say("ceremony.would-take-effect", count=len(rehearsed.sends), spare=len(rehearsed.spare))]


def _duties(voice: Voice, duties: Sequence[str]) -> str:
    return ", ".join(voice.say(f"duty.{each}") for each in duties)
