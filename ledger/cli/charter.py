"""`charter`: show it, propose the next one, sign and submit it, and prepare the ledger's next keys."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.ceremonies import DraftOnly, PolicyFile, add_ceremonies, read_policy, require_policy, write_draft
from ledger.cli.files import read_file
from ledger.cli.holder import Holder, read_holder, read_voice
from ledger.cli.options import argument, help_of, option, sharing
from ledger.cli.speaking import Voice, door
from ledger.cli.telling import data_lines, state_json, state_line
from ledger.client.client import LedgerClient
from ledger.clock import milliseconds
from ledger.governance.changes import moment
from ledger.governance.checking import check_ceremony
from ledger.governance.drafts import propose_charter
from ledger.governance.fetching import fetch_evidence, read_evidence
from ledger.governance.proposing import Evidence, charter_data, charter_in_force, propose, root_of
from ledger.governance.state import RegistryState, no_state
from verifier.errors import MalformedError
from verifier.ledgerformat.body import MAX_BODY
from verifier.primitives.keys import parse_key
from verifier.primitives.strict_json import parse_json
from verifier.proof.bundle import MAX_FILE

charter = typer.Typer(help=help_of("charter"), no_args_is_help=True)
_MOST_NOTE = 1 << 20
Out = Annotated[Path, option("--out", text="help.ceremony-out", metavar="FILE")]
By = Annotated[str, option("--by", text="help.by", metavar="AGENCY")]


@charter.command("show", help=help_of("charter.show"))
@door
@sharing(read_voice)
def show_charter(
    voice: Voice,
    to: Annotated[str, option("--to", text="help.url", metavar="URL")],
    policy: Annotated[Path, option("--policy", text="help.governance-policy", metavar="FILE")],
) -> None:
    """Show the charter in force, checked from the pinned hash on, and what waits to follow it."""
    trusted = require_policy(read_policy(policy))
    state = read_evidence(fetch_evidence(LedgerClient(to), trusted), trusted, milliseconds())
    data = charter_in_force(state)
    waiting = [_waiting(each, state) for each in state.replay.waiting if each.charter]
    answer = {"charter": data, "waiting": waiting, "state": state_json(state)}
    lines = [state_line(voice, state), *data_lines(voice, data)]
    lines += [voice.say("charter.waiting", name=each["name"], count=len(each["approved"])) for each in waiting]
    voice.data(answer, lines)


@charter.command("propose", help=help_of("charter.propose"))
@door
@sharing(read_voice)
def propose_(  # noqa: PLR0913 - a command's options
    voice: Voice,
    file: Annotated[Path, argument("help.charter-file", "FILE")],
    by: By,
    out: Out,
    *,
    to: Annotated[str | None, option("--to", text="help.url", metavar="URL")] = None,
    charter: Annotated[Path | None, option("--charter", text="help.charter-state", metavar="FILE")] = None,
    checkpoint: Annotated[Path | None, option("--checkpoint", text="help.checkpoint-state", metavar="FILE")] = None,
    policy: PolicyFile = None,
    dry_run: DraftOnly = False,
) -> None:
    """Write the ceremony of the next charter, or of the first one."""
    stated = parse_json(read_file(file, MAX_BODY), str(file))
    if not isinstance(stated, dict):
        raise MalformedError(str(file), came=type(stated).__name__, expected="an object of charter members")
    evidence, state = _state(to, policy, charter, checkpoint)
    data = charter_data(stated, state)
    _require_ahead(data.get("expires"), milliseconds())
    root = root_of(by, charter_in_force(state) if state.charter else data)
    ceremony = propose(
        [propose_charter(data, time=milliseconds())],
        issuer=by,
        kid=parse_key(root["key"]).kid,
        origin=str(data.get("origin")),
        evidence=evidence,
        random=secrets.token_bytes,
    )
    write_draft(voice, ceremony, check_ceremony(ceremony, state), out, dry_run=dry_run)


@charter.command("prepare-keys", help=help_of("charter.prepare-keys"))
@door
@sharing(read_holder)
def prepare(
    holder: Holder,
    folder: Annotated[Path, argument("help.folder", "DIR")],
    *,
    dry_run: Annotated[bool, option("--dry-run", text="help.key-dry-run")] = False,
) -> None:
    """Make the ledger's next keys; print what a charter must name."""
    from ledger.opening import next_keys, prepare_keys  # noqa: PLC0415 - no other command here needs a database

    if dry_run:
        number = next_keys(folder, holder.passphrase())
        return holder.voice.data({"number": number}, [holder.voice.say("charter.would-prepare", number=number)])
    number, public = prepare_keys(folder, holder.passphrase())
    holder.voice.tell("charter.prepared", number=number, folder=str(folder))
    return holder.voice.data({"number": number, **public}, public["policy"].splitlines())


add_ceremonies(charter)


def _state(
    to: str | None, policy: Path | None, file: Path | None, checkpoint: Path | None
) -> tuple[Evidence | None, RegistryState]:
    """Return the state to draft against: what a service or files show, or none at all for a first charter."""
    if not any((to, policy, file, checkpoint)):
        return None, no_state(milliseconds())
    trusted = read_policy(policy)
    if trusted is None or (to is None) == (file is None or checkpoint is None):
        expected = "--policy, and --to or --charter with --checkpoint; none of them for a first charter"
        raise MalformedError("--to", came="some of them", expected=expected)
    if file and checkpoint:
        note = read_file(checkpoint, _MOST_NOTE)
        evidence = Evidence(trusted.charter, read_file(file, MAX_FILE), (), note)
    else:
        evidence = fetch_evidence(LedgerClient(str(to)), trusted)
    return evidence, read_evidence(evidence, trusted, milliseconds())


def _require_ahead(expires: Any, now: int) -> None:
    """Refuse an expiry that has passed: from its first seal on the ledger would take nothing but the next charter."""
    if isinstance(expires, int) and expires <= now:
        came, expected = f"{expires} ({moment(expires)})", f"milliseconds since 1970, ahead of {now} ({moment(now)})"
        raise MalformedError("charter.expires", came=came, expected=expected)


def _waiting(proposal: Any, state: RegistryState) -> dict[str, Any]:
    """Return a charter that waits, for programs."""
    holders = {**(state.charter.roots if state.charter else {}), **proposal.charter.roots}
    approved = sorted({holders[each.kid].agency for each in proposal.approvals if each.kid in holders})
    return {"name": proposal.event.name.hex(), "version": proposal.charter.version, "approved": approved}
