"""Hidden codes: what lies under a scratch layer, and whether it is what was committed to (formats, section 4).

A code of 20 bits could be tried out by anybody who knows its salt, so the salt of 128 bits lies under the layer too.
What is printed is both and a check, 160 bits as 32 signs of Crockford's base32. The digest is that of a disclosure
which nobody submits: the event that commits to it has the digest in its data.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from verifier.errors import MalformedError, MismatchError
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.disclosure import disclosure_digest
from verifier.primitives.base64strict import format_base64url, parse_base64url

COMMITTED, ACTIVATED = "transport.hidden-code", "aftersales.activation"
POINTER = "/hidden"
SALT, SIGNS = 16, 32  # bytes; signs of a printed code
CODE_BITS = 20
_CHECK_BITS = 12
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\t": None, "\n": None, "\r": None})
_GROUP = 4


@dataclass(frozen=True, slots=True)
class HiddenCode:
    """What lies under the layer.

    Attributes:
        salt: 16 bytes.
        code: 20 bits as 4 signs.
        text: salt, code and check as 32 signs, without spaces.
    """

    salt: bytes
    code: str
    text: str

    @property
    def readable(self) -> str:
        """Return the text in groups of four signs."""
        return " ".join(self.text[at : at + _GROUP] for at in range(0, SIGNS, _GROUP))


def make_hidden_code(salt: bytes, code: int) -> HiddenCode:
    """Return the hidden code of 16 random bytes and a number below 2^20, likewise random."""
    if len(salt) != SALT or not 0 <= code < 1 << CODE_BITS:
        raise MalformedError("hidden code", came=f"{len(salt)} bytes and {code}", expected="16 bytes and 20 bits")
    number = (int.from_bytes(salt, "big") << CODE_BITS | code) << _CHECK_BITS | _check(salt, code)
    text = "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(SIGNS)))
    return HiddenCode(salt, "".join(_ALPHABET[code >> 5 * place & 31] for place in reversed(range(4))), text)


def parse_hidden_code(text: str, what: str = "hidden code") -> HiddenCode:
    """Return what somebody typed or scanned: small letters, spaces, hyphens, O for 0, I and L for 1 are allowed.

    Raises:
        MalformedError: not 32 signs, or the check says that one of them is wrong. The text is not repeated: it may be
            nearly right.
    """
    spelt = (text if text.isascii() else "").upper().translate(_READ_AS)
    places = [_ALPHABET.find(sign) for sign in spelt]
    if len(spelt) != SIGNS or -1 in places:
        raise MalformedError(what, came=f"{len(spelt)} signs", expected=f"{SIGNS} letters and digits")
    number = 0
    for place in places:
        number = number << 5 | place
    found = make_hidden_code((number >> 32).to_bytes(SALT, "big"), number >> _CHECK_BITS & (1 << CODE_BITS) - 1)
    if found.text != spelt:
        raise MalformedError(what, came="a wrong sign", expected="the code as it is printed", todo="Type it again.")
    return found


def hidden_digest(item: str, hidden: HiddenCode) -> bytes:
    """Return the digest that commits an item to a hidden code, 32 bytes: that of the disclosure of both."""
    spelt = json.dumps([format_base64url(hidden.salt), POINTER, [item, hidden.code]], separators=(",", ":"))
    return disclosure_digest(format_base64url(spelt.encode()))


def check_hidden_code(hidden: HiddenCode, committed: Body) -> str:
    """Return the item whose committing event has this body, if this is the code that it commits to.

    Raises:
        MismatchError: it is another one.
        MalformedError: the body commits to nothing.
    """
    items, digest = committed.of_role("item"), committed.data.get("hidden")
    if len(items) != 1 or not isinstance(digest, str):
        raise MalformedError("hidden code", came="a body that commits to none", expected="one item and a digest")
    if hidden_digest(items[0], hidden) != parse_base64url(digest, "data.hidden"):
        todo = "Look whether the code is from this very item."
        raise MismatchError("hidden code", came="another code", expected="the one that the packer committed", todo=todo)
    return items[0]


def check_activation(activation: Body, committed: Body) -> str:
    """Return the item of an activation, if what it reveals is the code that was committed; raises as above."""
    reveal = activation.data.get("reveal")
    hidden = parse_hidden_code(reveal if isinstance(reveal, str) else "", "data.reveal")
    if hidden.text != reveal:
        raise MalformedError("data.reveal", came="another spelling", expected="32 signs without spaces")
    return check_hidden_code(hidden, committed)


def _check(salt: bytes, code: int) -> int:
    digest = sha256(b"suyuan/hidden/v1|" + salt + code.to_bytes(3, "big")).digest()
    return int.from_bytes(digest[:2], "big") >> 16 - _CHECK_BITS
