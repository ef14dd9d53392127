"""Standing: what is disputed after a key is called compromised, how far that reaches, and who heals it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import bare
from verifier.judgement.acts import Act, Administrator, Approval, Completion, Mandate, Quorum
from verifier.judgement.life import Life, Revocation
from verifier.judgement.participants import Key, Participant
from verifier.judgement.registry import Registry, key_subject
from verifier.judgement.standing import Dispute, Standing, disputes
from verifier.primitives.keys import PublicKey
from verifier.vocabulary import registry_types

CUSTOMS, TAX, POST = (f"urn:suyuan:agency:{each}" for each in ("customs", "tax", "post"))
SELLER = "urn:suyuan:enterprise:seller"
EVER = 1_000  # a leaf after everything here


def name(word: str) -> bytes:
    """Return a name that tests can tell apart."""
    return word.encode().ljust(32, b".")


class Registered:
    """A registry written by hand: who has which key by which act, and what was said of it later."""

    def __init__(self) -> None:
        self.registry = Registry(registry_types())

    def key(self, word: str, holder: str, *, by: str = "", leaf: int = 1) -> None:
        """Register a key called `word` for a holder, by an act of that name signed with the key called `by`."""
        issuer = self.registry.key(name(by)).holder if by else CUSTOMS
        self.act(f"{word} registered", leaf, by, issuer)
        public = object.__new__(PublicKey)
        key = Key(public, holder, "statement", ("*",), (), leaf + 1, None, event=name(f"{word} registered"))
        self.registry._keys[name(word)] = key
        if self.registry.participant(holder) is None:
            self.registry.set_participant(Participant(holder, 0, {}, frozenset()))

    def act(self, word: str, leaf: int, by: str, issuer: str, type_="registry.x", about=()) -> None:  # noqa: PLR0917
        """Let an act be applied; `by` empty for a root key."""
        kid = name(by) if by else name("root")
        self.registry.set_act(Act(name(word), leaf, leaf, type_, kid, issuer, tuple(about)))

    def compromise(self, word: str, *, since: int, until: int = EVER, not_before: int = 0) -> None:
        """Revoke a key, and call suspect what it signed from a leaf on."""
        turn = Revocation(name(f"{word} revoked"), until, since, not_before)
        self.registry.set_life(key_subject(name(word)), Life((turn,)))

    def reattest(self, *targets: str, leaf: int, by: str, word: str = "") -> None:
        """Let the holder of a key re-attest acts or events by name."""
        said = word or f"{targets[0]} re-attested by {by}"
        issuer = self.registry.key(name(by)).holder
        self.act(said, leaf, by, issuer, "registry.reattestation", map(name, targets))
        for target in targets:
            self.registry.set_reattestation(name(target), name(said))

    def disputes(self, word: str, by: str, leaf: int, **members: object) -> tuple[Dispute, ...]:
        """Return what disputes an event said under a key at a leaf whose ledger time is the same number."""
        issuer = members.pop("issuer", None) or self.registry.key(name(by)).holder
        event = replace(bare("a.b", leaf, issuer=issuer, **members), name=name(word), kid=name(by))
        return disputes(event, leaf, self.registry)


@pytest.fixture
def known() -> Registered:
    """Three agencies with a key each, and an enterprise whose key customs registered."""
    made = Registered()
    made.key("customs key", CUSTOMS)
    made.key("tax key", TAX)
    made.key("post key", POST)
    made.key("seller key", SELLER, by="customs key", leaf=10)
    return made


def reasons(found: tuple[Dispute, ...]) -> list[str]:
    """Return the reasons of disputes."""
    return [each.reason for each in found]


def test_nothing_is_disputed_where_nothing_was_called_compromised(known):
    assert known.disputes("said", "seller key", 20) == ()


def test_what_a_compromised_key_signed_is_disputed_from_the_leaf_named_until_the_key_ended(known):
    known.compromise("seller key", since=20, until=30)
    assert known.disputes("before", "seller key", 19) == ()
    assert known.disputes("first", "seller key", 20) == (Dispute("key", name("seller key revoked")),)
    assert reasons(known.disputes("last", "seller key", 29)) == ["key"]
    assert known.disputes("after it was restored", "seller key", 30) == ()
    assert known.disputes("another's", "tax key", 25) == ()


def test_who_speaks_alone_reaches_no_further_than_the_ledger_time_allows(known):
    known.compromise("seller key", since=0, not_before=25)
    assert known.disputes("before", "seller key", 24) == ()
    assert reasons(known.disputes("after", "seller key", 25)) == ["key"]


@given(
    st.lists(st.tuples(*[st.integers(0, 40)] * 3), max_size=8), st.integers(0, 40), st.integers(0, 40)
)  # since, not before, until
def test_several_revocations_reach_what_one_of_them_does(several, leaf, time):
    known = Registered()
    known.key("seller key", SELLER)
    turns = [Revocation(name(f"{at}"), until, since, early) for at, (since, early, until) in enumerate(several)]
    known.registry.set_life(key_subject(name("seller key")), Life(tuple(turns)))
    event = replace(bare("a.b", leaf, issuer=SELLER), name=name("said"), kid=name("seller key"))
    expected = any(since <= leaf < until and time >= early for since, early, until in several)
    assert bool(disputes(event, time, known.registry)) == expected


def test_a_key_that_was_revoked_ten_thousand_times_costs_no_square(known):
    turns = [Revocation(name(f"{at}"), EVER, 50, 10_000 - at) for at in range(10_000)]
    known.registry.set_life(key_subject(name("seller key")), Life(tuple(turns)))
    standing = Standing(known.registry)
    for at in range(4_000):
        event = replace(bare("a.b", 20, position=at, issuer=SELLER), kid=name("seller key"))
        assert standing.disputes(event, 20) == ()


def test_a_key_that_a_suspect_key_registered_is_disputed_with_all_that_it_signs(known):
    known.compromise("customs key", since=5)
    assert known.disputes("said", "seller key", 20) == (Dispute("registration", name("seller key registered")),)
    known.compromise("customs key", since=11)
    assert known.disputes("said", "seller key", 20) == ()


def test_a_dispute_reaches_through_any_number_of_registrations(known):
    known.registry.set_participant(Participant("urn:suyuan:agency:last", 0, {}, frozenset()))
    by = "customs key"
    for place in range(5_000):
        known.key(f"key {place}", "urn:suyuan:agency:last", by=by, leaf=10 + place)
        by = f"key {place}"
    known.compromise("customs key", since=5)
    assert reasons(known.disputes("said", by, 9_000)) == ["registration"]
    known.reattest("key 0 registered", leaf=9_500, by="tax key")
    assert known.disputes("said", by, 9_000) == (), "healed at the ground"


def test_a_disputed_admission_disputes_what_its_participant_says(known):
    known.act("tax admitted", 5, "customs key", CUSTOMS)
    known.registry.set_participant(Participant(TAX, 6, {}, frozenset(), events=(name("tax admitted"),)))
    known.compromise("customs key", since=5)
    assert known.disputes("said", "tax key", 20) == (Dispute("admission", name("tax admitted")),)
    assert known.disputes("said before", "tax key", 5) == ()


@pytest.mark.parametrize(("compromised", "expected"), [(1, []), (2, ["mandate", "mandate"])])
def test_what_is_said_for_another_rests_on_any_one_of_its_mandates(known, compromised, expected):
    for place, by in enumerate(("seller key", "second key")):
        if place:
            known.key(by, SELLER, by="tax key", leaf=10)
        event = name(f"mandate {place}")
        known.registry.set_act(Act(event, 11, 11, "registry.mandate", name(by), SELLER, ()))
        mandate = Mandate(f"urn:suyuan:mandate:{place}", SELLER, POST, ("a.*",), (), 12, EVER, event)
        known.registry.set_mandate(mandate)
    for by in ("seller key", "second key")[:compromised]:
        known.compromise(by, since=11)
    assert reasons(known.disputes("said", "post key", 20, issuer=POST, behalf=SELLER)) == expected


def _approved(known: Registered, kids: tuple[str, ...], threshold: int, who: str = "administrator") -> None:
    """Let the registration of a key rest on approvals, some of them under suspect keys."""
    known.key("new key", TAX, by="", leaf=40)
    approvals = []
    for place, kid in enumerate(kids):
        approval = f"approval {place}"
        issuer = TAX if who == "administrator" else f"urn:suyuan:agency:root{place}"
        known.act(approval, 41 + place, kid, issuer, "registry.approval", [name("new key registered")])
        approvals.append(Approval(name(approval), name(kid), 41 + place))
        if who == "administrator":
            known.registry._administrators[name(kid)] = Administrator(TAX, object.__new__(PublicKey), 0)
    quorum = Quorum({name(kid): kid for kid in kids}, threshold)
    known.registry.set_completion(Completion(name("new key registered"), tuple(approvals), (quorum,), 45))


@pytest.mark.parametrize(("threshold", "disputed"), [(1, False), (2, True)])
def test_an_act_rests_on_the_approvals_without_which_it_would_not_have_been_complete(known, threshold, disputed):
    _approved(known, ("a1", "a2"), threshold)
    known.compromise("a1", since=30)
    found = known.disputes("said", "new key", 60)
    assert found == ((Dispute("registration", name("new key registered")),) if disputed else ())
    known.reattest("approval 0", leaf=70, by="post key")
    assert known.disputes("said", "new key", 60) == ()


def test_approvals_under_a_root_key_that_a_charter_names_compromised_count_no_more(known, charter_with):
    _approved(known, ("r1", "r2"), 2, who="root")
    known.registry._charters = [(0, charter_with({name("r1"): 42}))]
    assert known.disputes("said", "new key", 60) == (), "it approved before"
    known.registry._charters = [(0, charter_with({name("r1"): 41}))]
    assert reasons(known.disputes("said", "new key", 60)) == ["registration"]
    approval = replace(bare("registry.approval", 41), name=name("approval 0"), kid=name("r1"))
    assert disputes(approval, 41, known.registry) == (Dispute("root", name("charter")),)
    proposal = replace(bare("registry.erasure", 41), name=name("order"), kid=name("r1"))
    assert disputes(proposal, 41, known.registry) == (), "what a root proposes stands by who approved it"


@pytest.fixture
def charter_with():
    """Make a charter of which only the compromised keys are looked at."""

    class _Charter:
        name = name("charter")

        def __init__(self, compromised: dict[bytes, int]) -> None:
            self.compromised = compromised

    return _Charter


def test_a_reattestation_by_another_agency_heals(known):
    known.compromise("seller key", since=20)
    known.reattest("said", leaf=40, by="tax key")
    assert known.disputes("said", "seller key", 25) == ()
    assert reasons(known.disputes("else", "seller key", 25)) == ["key"]


@pytest.mark.parametrize("by", ["customs key", "new customs key"])
def test_nobody_heals_what_rests_on_a_suspect_key_of_its_own(known, by):
    known.key("new customs key", CUSTOMS, by="tax key", leaf=30)
    known.compromise("customs key", since=5, until=20)
    known.reattest("said", leaf=40, by=by)
    assert reasons(known.disputes("said", "seller key", 25)) == ["registration"]


def test_nobody_heals_what_is_its_own(known):
    known.key("second tax key", TAX, by="customs key", leaf=30)
    known.compromise("customs key", since=5, until=29)
    known.reattest("said", leaf=40, by="second tax key")
    known.compromise("tax key", since=20)
    assert reasons(known.disputes("said", "tax key", 25)) == ["key"]


def test_a_disputed_reattestation_heals_nothing_until_it_is_healed(known):
    known.compromise("seller key", since=20)
    known.compromise("tax key", since=20)
    known.reattest("said", leaf=40, by="tax key", word="again")
    assert reasons(known.disputes("said", "seller key", 25)) == ["key"]
    known.reattest("again", leaf=50, by="post key")
    assert known.disputes("said", "seller key", 25) == ()


def test_two_that_heal_only_each_other_stay_disputed(known):
    known.compromise("tax key", since=20)
    known.compromise("post key", since=20)
    known.reattest("by post", leaf=40, by="tax key", word="by tax")
    known.reattest("by tax", leaf=41, by="post key", word="by post")
    assert reasons(known.disputes("by tax", "tax key", 40)) == ["key"]
    assert reasons(known.disputes("by post", "post key", 41)) == ["key"]


def test_healing_a_registration_heals_what_the_key_signed(known):
    known.compromise("customs key", since=5)
    known.reattest("seller key registered", leaf=40, by="tax key")
    assert known.disputes("said", "seller key", 25) == ()


def test_a_reattestation_that_was_looked_at_before_heals_all_the_same(known):
    known.compromise("seller key", since=20)
    known.reattest("said", leaf=40, by="tax key", word="again")
    standing = Standing(known.registry)
    again = replace(bare("registry.reattestation", 40, issuer=TAX), name=name("again"), kid=name("tax key"))
    said = replace(bare("a.b", 25, issuer=SELLER), name=name("said"), kid=name("seller key"))
    assert (standing.disputes(again, 40), standing.disputes(said, 25)) == ((), ())


def test_a_thousand_reattestations_of_one_event_cost_no_square(known):
    known.compromise("seller key", since=20)
    for place in range(4_000):  # none of them by somebody who may
        known.reattest("said", leaf=40 + place, by="seller key", word=f"again {place}")
    assert reasons(known.disputes("said", "seller key", 25)) == ["key"]


_KEYS = [f"k{place}" for place in range(6)]
_AGENCIES = [CUSTOMS, TAX, POST]
_WORLDS = st.tuples(
    st.lists(st.tuples(st.sampled_from(_AGENCIES), st.integers(0, 5)), min_size=6, max_size=6),  # holder, registered by
    st.sets(st.sampled_from(_KEYS)),  # compromised
    st.lists(st.tuples(st.integers(0, 11), st.sampled_from(_KEYS)), max_size=8),  # target, by
)


def _made(holders, compromised, again) -> Registered:
    """Make a world of keys that earlier keys registered, or roots, and of re-attestations of anything by anybody."""
    made = Registered()
    for place, (holder, _) in enumerate(holders):
        made.key(f"k{place}", holder)
    for place, (_, by) in enumerate(holders):
        made.act(f"k{place} registered", 1, f"k{by}" if by < place else "", holders[by][0])
    for word in sorted(compromised):
        made.compromise(word, since=0)
    targets = [f"{word} registered" for word in _KEYS] + [f"said {word}" for word in _KEYS]
    for place, (target, by) in enumerate(again):
        chosen = targets[target] if target != 11 or not place else f"again {place - 1}"
        made.reattest(chosen, leaf=50 + place, by=by, word=f"again {place}")
    return made


def _disputed(made: Registered) -> set[str]:
    return {word for word in _KEYS if made.disputes(f"said {word}", word, 20)}


def _plainly(made: Registered) -> set[str]:
    """Compute the same by the definition: whatever can be shown to be undisputed, round after round."""
    registry = made.registry
    acts = {each.event: (each.kid, each.issuer) for each in registry._acts.values()}
    acts |= {name(f"said {word}"): (name(word), registry.key(name(word)).holder) for word in _KEYS}

    def grounds(event: bytes) -> list[bytes]:
        key = registry.key(acts[event][0])
        return [key.event] if key else []

    def own(event: bytes) -> set[str]:
        return {acts[event][1]} if registry.suspicions_of(acts[event][0]) else set()

    suspects = {event: own(event) for event in acts}
    undisputed: set[bytes] = set()
    for _ in range(3 * len(acts)):
        for event in acts:
            suspects[event] |= {holder for ground in grounds(event) for holder in suspects[ground]}
    for _ in range(3 * len(acts)):
        for event in acts:
            sound = not own(event) and all(ground in undisputed for ground in grounds(event))
            healed = any(
                other in undisputed and acts[other][1] not in {acts[event][1], *suspects[event]}
                for other in registry.reattestations_of(event)
            )
            undisputed |= {event} if sound or healed else set()
    return {word for word in _KEYS if name(f"said {word}") not in undisputed}


@given(_WORLDS)
def test_disputes_end_and_are_what_the_definition_says_whatever_rests_on_whatever(world):
    made = _made(*world)
    assert _disputed(made) == _plainly(made)


@given(_WORLDS, st.tuples(st.integers(0, 11), st.sampled_from(_KEYS)))
def test_one_more_reattestation_never_adds_a_dispute(world, more):
    holders, compromised, again = world
    assert _disputed(_made(holders, compromised, [*again, more])) <= _disputed(_made(*world))


@given(_WORLDS, st.permutations(_KEYS))
def test_the_order_in_which_events_are_asked_for_changes_nothing(world, order):
    made = _made(*world)
    standing = Standing(made.registry)
    found = set()
    for word in order:
        event = bare("a.b", 20, issuer=made.registry.key(name(word)).holder)
        if standing.disputes(replace(event, name=name(f"said {word}"), kid=name(word)), 20):
            found.add(word)
    assert found == _disputed(made)
