"""A prover of the prefix tree over a dict: the walk of docs/formats.md, section 10, written out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.reference import bits, prefix_subtree
from verifier.ledgerformat.index import IndexProof

Pairs = Mapping[bytes, bytes]


@dataclass
class Written:
    """A proof in the making: symbols, sibling hashes, strangers. Open to forgers."""

    turns: list[int] = field(default_factory=list)
    nodes: list[bytes] = field(default_factory=list)
    strangers: list[bytes] = field(default_factory=list)

    @property
    def proof(self) -> IndexProof:
        symbols = "".join(f"{turn:02b}" for turn in self.turns)
        symbols += "0" * (-len(symbols) % 8)
        packed = bytes(int(symbols[at : at + 8], 2) for at in range(0, len(symbols), 8))
        return IndexProof(packed, b"".join(self.nodes), b"".join(self.strangers))


def prove(pairs: Pairs, keys: Collection[bytes]) -> Written:
    """Return the proof for these keys, each with its value or absent."""
    written = Written()
    _walk(written, dict(pairs), set(keys), 0)
    return written


def _walk(written: Written, pairs: Pairs, keys: set[bytes], depth: int) -> None:
    if not pairs:
        written.turns.append(0)
    elif not keys:
        written.turns.append(1)
        written.nodes.append(prefix_subtree(pairs, depth))
    elif len(pairs) == 1:
        ((key, value),) = pairs.items()
        written.turns.append(1 if keys == {key} else 2)
        written.strangers += [] if keys == {key} else [key + value]
    else:
        written.turns.append(3)
        for turn in "01":
            below = {key: value for key, value in pairs.items() if bits(key)[depth] == turn}
            _walk(written, below, {key for key in keys if bits(key)[depth] == turn}, depth + 1)


def key(top: int, bottom: int = 0) -> bytes:
    """Return a key of these first five and last three bits; the others are 0."""
    return (top << 251 | bottom).to_bytes(32, "big")


KEYS = st.builds(key, st.integers(0, 31), st.integers(0, 7)) | st.binary(min_size=32, max_size=32)
VALUES = st.binary(min_size=32, max_size=32)


@st.composite
def indexes(draw: st.DrawFn) -> tuple[dict[bytes, bytes], dict[bytes, bytes | None]]:
    """Keys with values, and true claims about some keys, present or absent."""
    pairs = draw(st.dictionaries(KEYS, VALUES, max_size=12))
    asked = draw(st.sets(KEYS | st.sampled_from(sorted(pairs)) if pairs else KEYS, min_size=1, max_size=8))
    return pairs, {each: pairs.get(each) for each in asked}
