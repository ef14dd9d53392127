"""What every parser promises, and the inputs that try it."""

from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st

from verifier.errors import SuyuanError

Input = TypeVar("Input", bytes, str)
Parsed = TypeVar("Parsed")


def parse_or_refuse(
    parse: Callable[[Input], Parsed], given: Input, form: Callable[[Parsed], Input] | None = None
) -> Parsed | None:
    """Return what `given` spells, None if it is refused.

    Any exception but a refusal fails the test; so does an accepted input that is written otherwise.
    """
    try:
        parsed = parse(given)
    except SuyuanError:
        return None
    if form is not None:
        assert form(parsed) == given
    return parsed


@st.composite
def bent(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    """Valid bytes, then flipped, inserted, deleted or repeated somewhere, up to three times."""
    data = bytearray(draw(whole))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        until = draw(st.integers(at, min(at + 4, len(data))))
        change = draw(st.sampled_from(("flip", "insert", "delete", "repeat", "cut", "append")))
        if change == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif change == "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=3))
        elif change == "delete":
            del data[at:until]
        elif change == "repeat":
            data[at:at] = data[at:until]
        elif change == "cut":
            del data[at:]
        else:
            data += draw(st.binary(min_size=1, max_size=3))
    return bytes(data)


def bent_text(whole: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Text that was bent as bytes; where it no longer is UTF-8, replacement characters stand in it."""
    return bent(whole.map(str.encode)).map(lambda data: data.decode(errors="replace"))


def flipped(data: bytes, bit: int) -> bytes:
    """Return `data` with one bit changed, counted from the top of its first byte."""
    changed = bytearray(data)
    changed[bit >> 3] ^= 0x80 >> (bit & 7)
    return bytes(changed)
