"""Acts about agencies and their keys: each command writes a ceremony; nothing is signed here."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.ceremonies import read_policy, show
from ledger.cli.charter import require_policy
from ledger.cli.files import read_file
from ledger.cli.options import AsJson, Lang, Quiet, argument, help_of, option
from ledger.cli.speaking import Voice, door
from ledger.cli.telling import ceremony_json
from ledger.client.client import LedgerClient
from ledger.client.drafts import parse_time, read_descriptions
from ledger.compose.event import Draft
from ledger.governance.agencies import proposing_kid, subjects_of
from ledger.governance.ceremony import format_ceremony
from ledger.governance.checking import check_ceremony
from ledger.governance.drafts import (
    admit_agency,
    register_key,
    restore,
    revoke,
    set_jurisdiction,
    set_roles,
    succeed,
    suspend,
)
from ledger.governance.fetching import fetch_evidence, read_evidence
from ledger.governance.proposing import propose
from ledger.governance.state import RegistryState
from ledger.governance.submitting import rehearse
from ledger.tiles.files import write_new
from verifier.errors import MalformedError, NotPermittedError
from verifier.judgement.participants import key_subject
from verifier.ledgerformat.submission import MAX_SUBMISSION
from verifier.primitives.base64strict import parse_hash_hex
from verifier.primitives.keys import PublicKey, parse_key
from verifier.primitives.strict_json import parse_json

_LONGEST = 72 * 3_600_000  # milliseconds for which two roots may suspend
Agency = Annotated[str, argument("help.agency", "AGENCY")]
Subject = Annotated[str, argument("help.act-subject", "SUBJECT")]
By = Annotated[str, option("--by", text="help.by", metavar="AGENCY")]
Out = Annotated[Path, option("--out", text="help.ceremony-out", metavar="FILE")]
Under = Annotated[str | None, option("--under", text="help.under", metavar="KID")]
Url = Annotated[str, option("--to", text="help.url", metavar="URL")]
PolicyFile = Annotated[Path, option("--policy", text="help.governance-policy", metavar="FILE")]
Reason = Annotated[str, option("--reason", text="help.reason", metavar="TEXT")]
Words = Annotated[list[str], option("--role", text="help.role", metavar="WORD")]
Zones = Annotated[list[str], option("--zone", text="help.zone", metavar="WORD")]
Until = Annotated[str | None, option("--until", text="help.until", metavar="TIME")]
_KEYS: list[Path] = []


@dataclass(frozen=True, slots=True)
class _Order:
    """Who proposes, by what, and where it is written."""

    voice: Voice
    by: str
    under: bytes | None
    out: Path
    client: LedgerClient
    policy: Path
    quiet: bool


@door
def admit(  # noqa: PLR0913 - a command's options
    agency: Agency,
    by: By,
    out: Out,
    to: Url,
    policy: PolicyFile,
    *,
    zh: Annotated[str, option("--name-zh", text="help.name-zh", metavar="TEXT")],
    en: Annotated[str, option("--name-en", text="help.name-en", metavar="TEXT")],
    role: Words,
    zone: Zones,
    administrator: Annotated[list[Path], option("--administrator", text="help.administrator", metavar="FILE")] = _KEYS,
    threshold: Annotated[int | None, option("--threshold", text="help.threshold", min=1)] = None,
    under: Under = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Admit an agency, or state anew all that its admission stated."""
    order = _order(lang, by, under, out, to, policy, as_json=as_json, quiet=quiet)
    keys = [read_public(each) for each in administrator]
    names = {"zh": zh, "en": en}
    draft = admit_agency(
        agency, names=names, roles=role, jurisdiction=zone, administrators=keys, threshold=threshold, time=_now()
    )
    _write(order, [draft])


@door
def administrators(  # noqa: PLR0913 - a command's options
    agency: Agency,
    by: By,
    out: Out,
    to: Url,
    policy: PolicyFile,
    *,
    administrator: Annotated[list[Path], option("--administrator", text="help.administrator", metavar="FILE")],
    threshold: Annotated[int, option("--threshold", text="help.threshold", min=1)],
    under: Under = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Give an agency other administrators; all else of its admission stays."""
    order = _order(lang, by, under, out, to, policy, as_json=as_json, quiet=quiet)
    trusted = require_policy(read_policy(policy))
    state = read_evidence(fetch_evidence(order.client, trusted, [agency]), trusted, _now())
    stated = state.replay.registry.participant_at(agency, state.size)
    if stated is None:
        raise NotPermittedError("AGENCY", came=agency, expected="an agency that is admitted")
    draft = admit_agency(
        agency,
        names=stated.names,
        roles=sorted(stated.roles),
        jurisdiction=stated.jurisdiction,
        administrators=[read_public(each) for each in administrator],
        threshold=threshold,
        time=_now(),
    )
    _write(order, [draft])


@door
def role(  # noqa: PLR0913 - a command's options
    agency: Agency,
    by: By,
    out: Out,
    to: Url,
    policy: PolicyFile,
    *,
    role: Words,
    under: Under = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Give an agency other roles."""
    order = _order(lang, by, under, out, to, policy, as_json=as_json, quiet=quiet)
    _write(order, [set_roles(agency, role, time=_now())])


@door
def jurisdiction(  # noqa: PLR0913 - a command's options
    agency: Agency,
    by: By,
    out: Out,
    to: Url,
    policy: PolicyFile,
    *,
    zone: Zones,
    under: Under = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Give an agency other zones."""
    order = _order(lang, by, under, out, to, policy, as_json=as_json, quiet=quiet)
    _write(order, [set_jurisdiction(agency, zone, time=_now())])


@door
def key(  # noqa: PLR0913 - a command's options
    agency: Agency,
    new: Annotated[Path, argument("help.public-key", "FILE")],
    *,
    by: By,
    out: Out,
    to: Url,
    policy: PolicyFile,
    use: Annotated[str, option("--use", text="help.use", metavar="WORD")] = "statement",
    types: Annotated[list[str], option("--types", text="help.key-types", metavar="PATTERN")] = ["*"],  # noqa: B006
    subjects: Annotated[list[str], option("--subjects", text="help.key-subjects", metavar="PREFIX")] = [],  # noqa: B006
    until: Until = None,
    replaces: Annotated[str | None, option("--replaces", text="help.replaces", metavar="KID")] = None,
    under: Under = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Register a key of an agency; with `--replaces`, revoke the one that it takes over from, in one act."""
    order = _order(lang, by, under, out, to, policy, as_json=as_json, quiet=quiet)
    term = _moment(until) if until is not None else None
    now = _now()
    drafts = [register_key(agency, read_public(new), use=use, types=types, subjects=subjects, until=term, time=now)]
    if replaces is not None:
        before = key_subject(parse_hash_hex(replaces, "--replaces"))
        drafts.append(revoke(before, reason=order.voice.say("agency.rotated"), time=now))
    _write(order, drafts)


@door
def revoke_(  # noqa: PLR0913 - a command's options
    subject: Subject,
    by: By,
    out: Out,
    to: Url,
    policy: PolicyFile,
    *,
    reason: Reason,
    compromised_since: Annotated[
        int | None, option("--compromised-since", text="help.compromised-since", min=0)
    ] = None,
    under: Under = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Revoke a key, agency, enterprise, mandate or grant."""
    order = _order(lang, by, under, out, to, policy, as_json=as_json, quiet=quiet)
    _write(order, [revoke(subject, reason=reason, compromised_since=compromised_since, time=_now())])


@door
def suspend_(  # noqa: PLR0913 - a command's options
    subject: Subject,
    by: By,
    out: Out,
    to: Url,
    policy: PolicyFile,
    *,
    reason: Reason,
    until: Until = None,
    under: Under = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Suspend a key or agency: two roots, and at most 72 hours."""
    order = _order(lang, by, under, out, to, policy, as_json=as_json, quiet=quiet)
    end = _moment(until) if until is not None else _now() + _LONGEST
    _write(order, [suspend(subject, reason=reason, until=end, time=_now())])


@door
def restore_(  # noqa: PLR0913 - a command's options
    subject: Subject,
    by: By,
    out: Out,
    to: Url,
    policy: PolicyFile,
    *,
    reason: Reason,
    under: Under = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """End a suspension, or undo a revocation."""
    order = _order(lang, by, under, out, to, policy, as_json=as_json, quiet=quiet)
    _write(order, [restore(subject, reason=reason, time=_now())])


@door
def succeed_(  # noqa: PLR0913 - a command's options
    agency: Agency,
    successor: Annotated[str, argument("help.successor", "SUCCESSOR")],
    *,
    by: By,
    out: Out,
    to: Url,
    policy: PolicyFile,
    under: Under = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Let another agency carry on for one."""
    order = _order(lang, by, under, out, to, policy, as_json=as_json, quiet=quiet)
    _write(order, [succeed(agency, successor, time=_now())])


@door
def propose_acts(  # noqa: PLR0913 - a command's options
    file: Annotated[Path, argument("help.acts-file", "FILE")],
    by: By,
    out: Out,
    to: Url,
    policy: PolicyFile,
    *,
    under: Under = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Propose any acts that a description names: policies, types, kinds, mandates, several acts at once."""
    order = _order(lang, by, under, out, to, policy, as_json=as_json, quiet=quiet)
    described = read_descriptions(read_file(file, MAX_SUBMISSION), file.parent, _now())
    for place, each in enumerate(described):
        if each.about or not each.draft.type.startswith("registry."):
            expected, todo = "acts of the registry that answer nothing", "Say others with `suyuan submit`."
            raise MalformedError(f"events[{place}].type", came=each.draft.type, expected=expected, todo=todo)
    _write(order, [each.draft for each in described])


def add_acts(group: typer.Typer) -> None:
    """Mount these commands below `agency`."""
    commands: dict[str, Callable[..., None]] = {
        "admit": admit,
        "administrators": administrators,
        "role": role,
        "jurisdiction": jurisdiction,
        "key": key,
        "revoke": revoke_,
        "suspend": suspend_,
        "restore": restore_,
        "succeed": succeed_,
        "propose": propose_acts,
    }
    for name, command in commands.items():
        group.command(name, help=help_of(f"agency.{name}"))(command)


def read_public(path: Path) -> PublicKey:
    """Return the public key of a file: a key as JSON has it, or what `suyuan key show --json` prints."""
    value = parse_json(read_file(path, 1 << 16), str(path))
    if isinstance(value, dict) and "key" in value:
        value = value["key"]
    if not isinstance(value, dict):
        raise MalformedError(str(path), came=type(value).__name__, expected='{"alg": …, "public": …}')
    return parse_key(value, str(path))


def _moment(text: str) -> int:
    return parse_time(int(text) if text.isdecimal() else text, "--until")


def _order(  # noqa: PLR0913, PLR0917 - what every act shares
    lang: str | None, by: str, under: str | None, out: Path, to: str, policy: Path, *, as_json: bool, quiet: bool
) -> _Order:
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    kid = parse_hash_hex(under, "--under") if under is not None else None
    return _Order(voice, by, kid, out, LedgerClient(to), policy, quiet)


def _write(order: _Order, drafts: Sequence[Draft]) -> None:
    """Draft against the newest state, rehearse, show, and write the ceremony."""
    trusted = require_policy(read_policy(order.policy))
    evidence = fetch_evidence(order.client, trusted, subjects_of(drafts, order.by, order.under))
    state: RegistryState = read_evidence(evidence, trusted, _now())
    origin = state.replay.registry.charter_at(state.size).origin
    kid = proposing_kid(order.by, order.under, state)
    ceremony = propose(drafts, issuer=order.by, kid=kid, origin=origin, evidence=evidence, random=secrets.token_bytes)
    checked = check_ceremony(ceremony, state)
    rehearse(checked)
    show(order.voice, checked, silent=order.quiet)
    write_new(order.out, format_ceremony(ceremony))
    answer = {**ceremony_json(checked), "file": str(order.out)}
    order.voice.data(answer, [order.voice.say("ceremony.written", path=str(order.out))])


def _now() -> int:
    return time.time_ns() // 1_000_000
