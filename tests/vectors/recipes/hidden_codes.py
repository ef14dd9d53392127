"""Hidden codes under scratch layers: docs/formats.md, section 4."""

import json
from typing import Any

from tests.vectors.recipe import Book
from tests.vectors.recipes.bodies import SALT as BODY_SALT
from tests.vectors.recipes.spell import H, base64url

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ITEM, OTHER = "https://id.gs1.org/01/06901234567892/21/A0001", "https://id.gs1.org/01/06901234567892/21/A%2F1"
SALT, CODE = H(b"an invented salt")[:16], 0xA5F17
book = Book("hidden-code", field="hidden code")


def signs(number: int, count: int) -> str:
    return "".join(SIGNS[number >> 5 * place & 31] for place in reversed(range(count)))


def printed(salt: bytes, code: int) -> str:
    check = int.from_bytes(H(b"suyuan/hidden/v1|", salt, code.to_bytes(3, "big")), "big") >> 244
    return signs((int.from_bytes(salt, "big") << 20 | code) << 12 | check, 32)


def digest(item: str, salt: bytes, code: int) -> str:
    text = json.dumps([base64url(salt), "/hidden", [item, signs(code, 4)]], separators=(",", ":"))
    return base64url(H(base64url(text.encode()).encode()))


def body(data: Any, item: Any = ITEM) -> str:
    return json.dumps({"subjects": {"item": item}, "data": data, "_sd": {}, "salt": BODY_SALT})


TEXT = printed(SALT, CODE)
COMMITTED = body({"hidden": digest(ITEM, SALT, CODE)})
GROUPS = " ".join(TEXT[at : at + 4] for at in range(0, 32, 4))
for name, desc, text in (
    ("as-printed", "groups of four", GROUPS),
    ("without-spaces", "as an activation has it", TEXT),
    ("in-small-letters-with-hyphens", "as people type", GROUPS.lower().replace(" ", "-")),
    ("with-o-i-and-l", "read as 0, 1 and 1", TEXT.replace("0", "O").replace("1", "l", 1).replace("1", "i")),
    ("with-white-space-around", "spaces, tabs, line ends", f" \t{TEXT}\r\n"),
):
    facts = {"item": ITEM, "salt": SALT, "code": signs(CODE, 4), "text": TEXT, "digest": digest(ITEM, SALT, CODE)}
    book.valid(name, desc, facts, text=text, body=COMMITTED)
ZERO = {
    "item": OTHER,
    "salt": bytes(16),
    "code": "0000",
    "text": printed(bytes(16), 0),
    "digest": digest(OTHER, bytes(16), 0),
}
book.valid(
    "all-zero",
    "an item with an escape in its number",
    ZERO,
    text=ZERO["text"],
    body=body({"hidden": ZERO["digest"]}, OTHER),
)

for name, desc, text in (
    ("empty", "32 signs", ""),
    ("31-signs", "32 signs", TEXT[:-1]),
    ("33-signs", "32 signs", TEXT + "0"),
    ("with-u", "no sign of the alphabet", "U" + TEXT[1:]),
    ("first-sign-wrong", "the check is another", signs(SIGNS.index(TEXT[0]) ^ 1, 1) + TEXT[1:]),
    ("last-sign-wrong", "the check is another", TEXT[:-1] + signs(SIGNS.index(TEXT[-1]) ^ 1, 1)),
    ("with-a-full-width-digit", "ASCII", "\uff10" + TEXT[1:]),
    ("with-a-dotless-i", "ASCII", "\u0131" + TEXT[1:]),
    ("with-a-dot", "spaces and hyphens only", TEXT[:4] + "." + TEXT[4:]),
):
    book.refused(name, desc, text=text, body=COMMITTED)
for name, desc, text, committed, error in (
    ("of-another-code", "another digest", printed(SALT, CODE ^ 1), COMMITTED, "MismatchError"),
    ("of-another-salt", "another digest", printed(bytes(16), CODE), COMMITTED, "MismatchError"),
    (
        "of-another-item",
        "the digest holds the item",
        TEXT,
        body({"hidden": digest(ITEM, SALT, CODE)}, OTHER),
        "MismatchError",
    ),
    ("digest-missing", "the body commits to nothing", TEXT, body({}), "MalformedError"),
    (
        "digest-padded",
        "base64url without padding",
        TEXT,
        body({"hidden": digest(ITEM, SALT, CODE) + "="}),
        "MalformedError",
    ),
    ("items-two", "one item", TEXT, body({"hidden": digest(ITEM, SALT, CODE)}, [ITEM, OTHER]), "MalformedError"),
):
    book.refused(name, desc, text=text, body=committed, error=error, field="" if "padded" in name else "hidden code")
