"""Trees to try proofs on."""

from hypothesis import strategies as st

from verifier.primitives.merkle import leaf_hash


def entries(size: int) -> list[bytes]:
    """Return `size` different entries."""
    return [b"entry %d" % each for each in range(size)]


def leaves(size: int) -> list[bytes]:
    """Return their leaf hashes."""
    return [leaf_hash(each) for each in entries(size)]


@st.composite
def places(draw: st.DrawFn, most: int = 130) -> tuple[int, int]:
    """A leaf and a tree that has it."""
    size = draw(st.integers(1, most))
    return draw(st.integers(0, size - 1)), size


@st.composite
def growths(draw: st.DrawFn, most: int = 130) -> tuple[int, int]:
    """An older size, at least 1, and a newer one."""
    newer = draw(st.integers(2, most))
    return draw(st.integers(1, newer - 1)), newer


@st.composite
def selections(draw: st.DrawFn, most: int = 130) -> tuple[list[int], int]:
    """Some leaves, at least one, and a tree that has them."""
    size = draw(st.integers(1, most))
    return sorted(draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=12))), size
