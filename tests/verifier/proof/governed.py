"""What agencies do to each other's records, said in a told world: orders, re-attestations, mandates, successions."""

from __future__ import annotations

from collections.abc import Sequence

from fixtures.zone.actors import Actor, agency
from ledger.compose.event import ComposedEvent, Draft
from ledger.signing.signer import generate
from tests.world import DAY, UNIT, World, handle, now
from verifier.primitives.keys import EDDSA, format_key

BASIS = {"zh": "示例依据", "en": "Example basis"}


def admit(world: World, word: str, roles: Sequence[str]) -> Actor:
    """Let the roots admit one more agency, with a statement key."""
    made = agency(word, f"示例{word}", f"Example {word}", roles, root=False)
    world.cast[word] = made
    world.zone.decree([world.zone._agency(made)])
    world.zone.decree([world.zone._key("registry.key", made)])
    return made


def officer(world: World) -> Actor:
    """Return the privacy officer, admitted when first asked for."""
    return world.cast.get("privacy") or admit(world, "privacy", ["privacy-officer"])


def order(world: World, event: ComposedEvent, what: Sequence[str] = ("body",)) -> ComposedEvent:
    """Let a root holder propose to erase something of an event."""
    draft = Draft("registry.erasure", now(), data={"what": list(what), "basis": BASIS}, about=(event.name,))
    (said,) = world.zone.say(world.zone.agencies[0], [draft], as_root=True)
    return said


def approve(world: World, event: ComposedEvent, *, roots: int = 3, by_officer: bool = True) -> list[ComposedEvent]:
    """Let root holders and the privacy officer approve an order; return the approvals."""
    draft = Draft("registry.approval", now(), about=(event.name,))
    said = [world.zone.say(each, [draft], as_root=True)[0] for each in world.zone.agencies[:roots]]
    return said + (world.zone.say(officer(world), [draft]) if by_officer else [])


def compromise(world: World, who: str, since: int) -> ComposedEvent:
    """Let the roots revoke somebody's statement key, and call suspect what it signed from a leaf on."""
    key = f"urn:suyuan:key:{world.cast[who].signer.public.kid.hex()}"
    data = {"reason": "stolen", "compromisedSince": since}
    (said,) = world.zone.decree([Draft("registry.revocation", now(), {"key": key}, data)])
    return said


def renew(world: World, who: str) -> None:
    """Let the roots, or a registrar, register a new key, with which somebody goes on."""
    actor = world.cast[who]
    actor.signer = generate(EDDSA)
    if actor.uri.startswith("urn:suyuan:agency:"):
        world.zone.decree([world.zone._key("registry.key", actor)])
    else:
        world.zone.say(world.cast["customs"], [world.zone._key("registry.enterprise-key", actor)])


def reattest(world: World, who: str, *events: ComposedEvent) -> ComposedEvent:
    """Let an agency stand for events of others."""
    (said,) = world.say(who, Draft("registry.reattestation", now(), about=tuple(each.name for each in events)))
    return said


def mandate(world: World, principal: str, agent: str, types: Sequence[str], seed: str = "1") -> ComposedEvent:
    """Let somebody act for another."""
    parties = {"principal": world.cast[principal].uri, "agent": world.cast[agent].uri}
    subjects = {"mandate": handle("mandate", seed), **parties}
    data = {"types": list(types), "subjects": []}
    (said,) = world.say(principal, Draft("registry.mandate", now(), subjects, data, until=now() + 30 * DAY))
    return said


def end_mandate(world: World, principal: str, seed: str = "1") -> ComposedEvent:
    """Let a principal take its mandate back."""
    data = {"reason": "over", "compromisedSince": None}
    (said,) = world.say(principal, Draft("registry.revocation", now(), {"mandate": handle("mandate", seed)}, data))
    return said


def succeed(world: World, old: str, new: str) -> ComposedEvent:
    """Let the roots have one agency carry on for another."""
    subjects = {"agency": world.cast[old].uri, "successor": world.cast[new].uri}
    (said,) = world.zone.decree([Draft("registry.succession", now(), subjects)])
    return said


def zone_policy(world: World, zone: str, types: Sequence[str], rule: dict[str, object]) -> None:
    """Put a policy of a zone into force."""
    subjects: dict[str, str | list[str]] = {
        "policy": f"urn:suyuan:policy:{zone}",
        "types": [f"urn:suyuan:type:{each}" for each in types],
    }
    world.zone.decree([Draft("registry.policy", now(), subjects, {"rule": rule, "basis": BASIS, "zone": zone})])


def observe(world: World, who: str = "carrier", behalf: str | None = None) -> ComposedEvent:
    """Let somebody see the unit, for another perhaps."""
    data = {"action": "OBSERVE", "bizStep": "departing"}
    principal = world.cast[behalf].uri if behalf else None
    (said,) = world.say(who, Draft("transport.object", now(), {"epcs": [UNIT]}, data, behalf=principal))
    return said


def leaf_of(world: World, event: ComposedEvent) -> int:
    """Return where an event stands."""
    with world.ledger.store.read() as reader:
        return reader.find_event(event.name).leaf


def administered(world: World, who: str) -> list[object]:
    """Let the roots give an agency two administrators of two; return their signers."""
    signers = [generate(EDDSA) for _ in range(2)]
    draft = world.zone._agency(world.cast[who])
    data = {**draft.data, "administrators": [format_key(each.public) for each in signers], "administratorThreshold": 2}
    world.zone.decree([Draft(draft.type, now(), draft.subjects, data)])
    return signers
