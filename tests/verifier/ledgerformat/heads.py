"""Heads to try readers on."""

from hypothesis import strategies as st

from tests.verifier.ledgerformat.subjects import AGENCIES, ENTERPRISES, KINDS, TYPES
from verifier.ledgerformat.head import Head, Pair, State

HASHES = st.binary(min_size=32, max_size=32)
TIMES = st.one_of(st.integers(0, 2**53 - 1), st.sampled_from([0, 2**32 - 1, 2**32, 2**53 - 1]))
PARTICIPANTS = AGENCIES | ENTERPRISES
PAIRS = st.tuples(st.sampled_from(["trace", "case", "registry", "recall"]) | KINDS, HASHES)


@st.composite
def uuid7s(draw: st.DrawFn) -> bytes:
    drawn = bytearray(draw(st.binary(min_size=16, max_size=16)))
    drawn[6] = 0x70 | drawn[6] & 0x0F
    drawn[8] = 0x80 | drawn[8] & 0x3F
    return bytes(drawn)


def sorted_once(values: st.SearchStrategy, low: int, high: int) -> st.SearchStrategy[tuple]:
    return st.sets(values, min_size=low, max_size=high).map(lambda each: tuple(sorted(each)))


def pairs(low: int, high: int, kinds: st.SearchStrategy[Pair] = PAIRS) -> st.SearchStrategy[tuple[Pair, ...]]:
    return sorted_once(kinds, low, high)


def plain_heads() -> st.SearchStrategy[Head]:
    """Heads with the labels that nearly all have."""
    followed = st.tuples(st.sampled_from(["trace", "case"]), HASHES)
    return st.builds(
        Head,
        type=TYPES,
        id=uuid7s(),
        issuer=PARTICIPANTS,
        time=TIMES,
        joins=pairs(1, 4),
        body=HASHES,
        follows=pairs(0, 3, followed),
        about=st.one_of(st.just(()), st.tuples(HASHES)),
    )


def heads() -> st.SearchStrategy[Head]:
    """Heads with any of the labels."""
    followed = st.tuples(st.sampled_from(["trace", "case"]), HASHES)
    return st.builds(
        Head,
        type=TYPES,
        id=uuid7s(),
        issuer=PARTICIPANTS,
        time=TIMES,
        joins=pairs(1, 30),
        body=HASHES,
        behalf=st.none() | PARTICIPANTS,
        follows=pairs(0, 3, followed),
        about=sorted_once(HASHES, 0, 3),
        to=st.none() | PARTICIPANTS,
        until=st.none() | TIMES,
        state=st.none() | st.builds(State, KINDS, HASHES, st.integers(0, 2**64 - 1), HASHES),
    )
