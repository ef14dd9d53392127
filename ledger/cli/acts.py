"""Acts about agencies: each command writes a ceremony (`ledger.cli.ordering`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.endings import key, restore, revoke, suspend
from ledger.cli.files import read_file
from ledger.cli.options import argument, help_of, option, sharing
from ledger.cli.ordering import Agency, Order, read_order, read_public, write_ceremony
from ledger.cli.speaking import door
from ledger.client.drafts import read_descriptions
from ledger.clock import milliseconds
from ledger.governance import drafts
from ledger.governance.fetching import fetch_evidence, read_evidence
from verifier.errors import MalformedError, NotPermittedError
from verifier.ledgerformat.submission import MAX_SUBMISSION

Roles = Annotated[list[str], option("--role", text="help.role", metavar="WORD")]
Zones = Annotated[list[str], option("--zone", text="help.zone", metavar="WORD")]
Administrators = Annotated[list[Path], option("--administrator", text="help.administrator", metavar="FILE")]


@door
@sharing(read_order)
def admit(  # noqa: PLR0913 - a command's options
    order: Order,
    agency: Agency,
    *,
    zh: Annotated[str, option("--name-zh", text="help.name-zh", metavar="TEXT")],
    en: Annotated[str, option("--name-en", text="help.name-en", metavar="TEXT")],
    role: Roles,
    zone: Zones,
    administrator: Administrators = [],  # noqa: B006 - typer copies it
    threshold: Annotated[int | None, option("--threshold", text="help.threshold", min=1)] = None,
) -> None:
    """Admit an agency, or state anew all that its admission stated."""
    draft = drafts.admit_agency(
        agency,
        names={"zh": zh, "en": en},
        roles=role,
        jurisdiction=zone,
        administrators=[read_public(each) for each in administrator],
        threshold=threshold,
        time=milliseconds(),
    )
    write_ceremony(order, [draft])


@door
@sharing(read_order)
def administrators(
    order: Order,
    agency: Agency,
    *,
    administrator: Administrators,
    threshold: Annotated[int, option("--threshold", text="help.threshold", min=1)],
) -> None:
    """Give an agency other administrators; all else of its admission stays."""
    state = read_evidence(fetch_evidence(order.client, order.policy, [agency]), order.policy, milliseconds())
    stated = state.replay.registry.participant_at(agency, state.size)
    if stated is None:
        raise NotPermittedError("AGENCY", came=agency, expected="an agency that is admitted")
    draft = drafts.admit_agency(
        agency,
        names=stated.names,
        roles=sorted(stated.roles),
        jurisdiction=stated.jurisdiction,
        administrators=[read_public(each) for each in administrator],
        threshold=threshold,
        time=milliseconds(),
    )
    write_ceremony(order, [draft])


@door
@sharing(read_order)
def role(order: Order, agency: Agency, *, role: Roles) -> None:
    """Give an agency other roles."""
    write_ceremony(order, [drafts.set_roles(agency, role, time=milliseconds())])


@door
@sharing(read_order)
def jurisdiction(order: Order, agency: Agency, *, zone: Zones) -> None:
    """Give an agency other zones."""
    write_ceremony(order, [drafts.set_jurisdiction(agency, zone, time=milliseconds())])


@door
@sharing(read_order)
def succeed(order: Order, agency: Agency, successor: Annotated[str, argument("help.successor", "SUCCESSOR")]) -> None:
    """Let another agency carry on for one."""
    write_ceremony(order, [drafts.succeed(agency, successor, time=milliseconds())])


@door
@sharing(read_order)
def propose(order: Order, file: Annotated[Path, argument("help.acts-file", "FILE")]) -> None:
    """Propose any acts that a description names: policies, types, kinds, mandates, several acts at once."""
    described = read_descriptions(read_file(file, MAX_SUBMISSION), file.parent, milliseconds())
    for place, each in enumerate(described):
        if each.about or not each.draft.type.startswith("registry."):
            expected, todo = "acts of the registry that answer nothing", "Say others with `suyuan submit`."
            raise MalformedError(f"events[{place}].type", came=each.draft.type, expected=expected, todo=todo)
    write_ceremony(order, [each.draft for each in described])


def add_acts(group: typer.Typer) -> None:
    """Mount these commands, and those about keys and ends, below `agency`."""
    commands: tuple[Callable[..., None], ...] = (
        admit, administrators, role, jurisdiction, key, revoke, suspend, restore, succeed, propose,
    )  # fmt: skip
    for command in commands:
        group.command(command.__name__, help=help_of(f"agency.{command.__name__}"))(command)
