from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from verifier.primitives.quick import maker_of


@dataclass(frozen=True, slots=True)
class Pair:
    one: int
    other: tuple[int, ...] = ()


make = maker_of(Pair)


@pytest.mark.parametrize("arguments", [(1,), (1, (2, 3))])
def test_what_is_made_quickly_is_what_the_class_makes(arguments):
    quick, plain = make(*arguments), Pair(*arguments)
    assert type(quick) is Pair
    assert quick == plain
    assert hash(quick) == hash(plain)
    assert repr(quick) == repr(plain)
    assert replace(quick, one=7) == replace(plain, one=7)


@dataclass(frozen=True, slots=True)
class Listed:
    one: int
    others: list[int] = field(default_factory=list)


def test_what_stands_where_nothing_was_given_is_made_anew_each_time():
    listed = maker_of(Listed)
    first, second = listed(1), listed(1)
    first.others.append(2)
    assert (first, second) == (Listed(1, [2]), Listed(1, []))


def test_names_may_be_given():
    assert make(other=(4,), one=2) == Pair(2, (4,))


def test_what_is_made_quickly_is_frozen():
    made = make(1)
    with pytest.raises(FrozenInstanceError):
        made.one = 2


def test_a_field_without_default_is_asked_for():
    with pytest.raises(TypeError, match="one"):
        make()
