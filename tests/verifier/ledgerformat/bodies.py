"""Bodies, disclosures and type files to try readers on."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

from tests.verifier.ledgerformat.subjects import SUBJECTS
from tests.verifier.primitives.strategies import TEXTS, json_values
from verifier.primitives.base64strict import format_base64url

ROLES = st.from_regex(r"[a-z][A-Za-z]{0,10}", fullmatch=True)
STEPS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="~/"), min_size=1, max_size=5)
POINTERS = st.lists(STEPS | st.sampled_from(["~0", "~1", "a~1b"]), min_size=1, max_size=3).map(
    lambda steps: "/" + "/".join(steps)
)
SALTS = st.binary(min_size=16, max_size=16)


def body_values() -> st.SearchStrategy[dict[str, Any]]:
    """The four members of a body, as JSON has them."""
    given = SUBJECTS | st.lists(SUBJECTS, min_size=1, max_size=3, unique=True)
    return st.fixed_dictionaries(
        {
            "subjects": st.dictionaries(ROLES, given, max_size=3),
            "data": st.dictionaries(TEXTS, json_values(), max_size=3),
            "_sd": st.dictionaries(POINTERS, st.binary(min_size=32, max_size=32).map(format_base64url), max_size=3),
            "salt": SALTS.map(format_base64url),
        }
    )


def as_bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


@st.composite
def with_one_part_exchanged(draw: st.DrawFn, whole: st.SearchStrategy[Any]) -> Any:
    """A JSON value in which one member somewhere is another value, is missing, or is new."""
    value = copy.deepcopy(draw(whole))
    place = draw(st.sampled_from(_places(value)))
    inner = value
    for step in place[:-1]:
        inner = inner[step]
    change = draw(st.sampled_from(("exchange", "exchange", "remove", "add")))
    if change == "remove":
        del inner[place[-1]]
    elif change == "add" and isinstance(inner, dict):
        inner[draw(TEXTS)] = draw(json_values())
    else:
        inner[place[-1]] = draw(json_values() | st.sampled_from([[], {}, None, True, "", [[]], [{}], 1]))
    return value


def _places(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every member of a value."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for step, inner in steps:
        found += [(*before, step), *_places(inner, (*before, step))]
    return found
