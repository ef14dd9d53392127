"""Events that an act answers: fetched, and checked to stand in the log, before anybody signs an answer to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.client.client import LedgerClient
from ledger.client.reading import read_body, read_head
from ledger.endorsing.case import Case
from ledger.endorsing.fetch import CaseReader
from ledger.governance.state import RegistryState
from verifier.errors import IncompleteError
from verifier.judgement.rights import GRANT
from verifier.ledgerformat.head import Head
from verifier.proof.examination import Standpoint

_BUILTIN = "registry."
_ANSWERS = 4  # an approval of an approval of …: how far to look for the subject of the first


@dataclass(frozen=True, slots=True)
class Target:
    """An event that is answered.

    Attributes:
        name: 32 bytes.
        head: what the name commits to.
        case: what was checked of it; None for a registry event, which `require_recorded` looks up in the registry.
        subjects: of a registry event, whose registry walks show it.
    """

    name: bytes
    head: Head
    case: Case | None
    subjects: tuple[str, ...] = ()


def fetch_targets(client: LedgerClient, names: Sequence[bytes], standpoint: Standpoint, *, walk: str) -> list[Target]:
    """Return the events of these names; those that are not the registry's are checked in a trace that they join.

    Args:
        client: asks the ledger; with a request key it gets what is open to whoever signs.
        names: of the events.
        standpoint: whom the signer trusts.
        walk: `parties` where the client signs its requests; else `public`.

    Raises:
        RefusedError: a proof that does not verify.
        IncompleteError: no subject of an event is known in clear.
        SuyuanError: what the service answered.
    """
    reader = CaseReader(client, standpoint, walk=walk, compare=False)
    return [_fetch(client, reader, name) for name in dict.fromkeys(names)]


def require_recorded(targets: Sequence[Target], state: RegistryState) -> None:
    """Return if every registry event among the targets stands in what was proved of the registry.

    Raises:
        IncompleteError: one does not.
    """
    for each in targets:
        if each.case is None and each.name not in state.recorded:
            came = f"no {each.name.hex()[:16]}… in the walks of {', '.join(each.subjects) or 'nothing'}"
            raise IncompleteError("registry", came=came, expected="the event", todo="Try again.")


def _fetch(client: LedgerClient, reader: CaseReader, name: bytes) -> Target:
    head = read_head(client, name)
    if not head.type.startswith(_BUILTIN):
        return Target(name, head, reader.read(name))
    return Target(name, head, None, _subjects(client, name, head))


def _subjects(client: LedgerClient, name: bytes, head: Head) -> tuple[str, ...]:
    """Return the subjects of a registry event, or of what it answers."""
    for _ in range(_ANSWERS):
        if found := read_body(client, name, head).all_subjects():
            return tuple(found)
        if not head.about:
            break
        name = head.about[0]
        head = read_head(client, name)
    return ()


def grants_about(target: Target) -> list[str]:
    """Return the handles of the grants about an event, ended or not, in log order: its verified trace has them all."""
    timeline = target.case.story.timeline if target.case else ()
    return [
        handle
        for each in timeline
        if each.event.head.type == GRANT and target.name in each.event.head.about and each.event.body
        for handle in each.event.body.of_role("grant")
    ]
