"""Documents at a limit, and beyond it: docs/formats.md, section 21."""

import json

from tests.vectors.recipes.bodies import BODY, ITEMS, SALT, add, body, disclosure, of, spelt
from tests.vectors.recipes.spell import ORIGIN, cbor
from tests.vectors.recipes.statements import CLAIMS, HEADER, KEY, PAYLOAD, facts, signed, statement
from tests.vectors.recipes.type_files import TYPE
from tests.vectors.recipes.type_files import book as type_file

TOO_LARGE = "TooLargeError"
WHOLE = spelt(BODY)
add("of-65536-bytes", "as many as there may be", WHOLE.ljust(65_536), [ITEMS[0]], ["/buyer/name"])
body.refused("of-65537-bytes", "a byte too many", error=TOO_LARGE, text=WHOLE.ljust(65_537))
long = of([SALT, "/a", "x" * 49_200])
disclosure.refused("larger-than-65536-characters", "too many", error=TOO_LARGE, text=long)
type_file.refused("of-32769-bytes", "a byte too many", error=TOO_LARGE, text=json.dumps(TYPE).ljust(32_769))


def entry(last: int) -> tuple[dict, bytes]:
    """A statement for many ledgers; the last has a name of this length."""
    names = [f"{ORIGIN}/{'x' * 230}/{each:03d}" for each in range(255)]
    header = HEADER | {15: CLAIMS | {3: sorted([*names, "z" * last])}}
    return header, signed(header, cbor(PAYLOAD), KEY)


LAST = 65_535 - len(entry(300)[1]) + 300
header, largest = entry(LAST)
assert len(largest) == 65_535
statement.valid("of-65535-bytes", "as many as an entry bundle can hold", facts(largest, header, PAYLOAD), hex=largest)
statement.refused("of-65536-bytes", "a byte too many", error=TOO_LARGE, hex=entry(LAST + 1)[1])
