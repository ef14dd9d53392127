"""How the tables of customs messages are written: fields, and the message that holds them.

The short words of the specification and what they are here: `C36` is `text(name, 36)`, `C1..60` is
`text(name, 1, 60)`, `N19,5` is `number(name)`, `N9,0` and `xs:int` are `whole(name)`, `C14` with the meaning of a
time is `time(name)`, `C8` with the meaning of a day is `date(name)`. Lengths count characters, as XML Schema does.

The customs parameter codes (units, countries, customs districts: JGS-20, JGS/T 18) are not part of the
specification, so only their shape is held here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "whole", "time", "date", "any"]
Numbering = Literal["from-one", "distinct"]

DIGITS = r"[0-9]+"
PARAMETER = r"[0-9A-Z]+"
NO_LOWER_CASE = r"[^a-z]+"


@dataclass(frozen=True, slots=True)
class Field:
    """One element that holds a value.

    Attributes:
        name: local name, in the namespace of the messages.
        kind: what the value is; `any` is not looked into.
        shortest: fewest characters, of a text.
        longest: most characters, of a text.
        optional: whether the element may be missing.
        codes: the values that the specification lists; empty where it lists none.
        shape: regular expression that the text of the specification asks for beside the length.
        personal: whether it holds, or may hold, personal data; such values are in no error message.
    """

    name: str
    kind: Kind = "text"
    shortest: int = 0
    longest: int = 0
    optional: bool = False
    codes: tuple[str, ...] = ()
    shape: str = ""
    personal: bool = False

    @property
    def expected(self) -> str:
        """Return in words what the type asks for."""
        if self.kind != "text":
            return _WORDS[self.kind]
        if self.shortest == self.longest:
            return f"{self.longest} characters"
        return f"{self.shortest} to {self.longest} characters"

    def broken_rule(self, value: str) -> str:
        """Return the rule beside the type that a value breaks, in words; empty if none."""
        if self.codes and value not in self.codes:
            return f"one of {', '.join(self.codes)}" if len(self.codes) > 1 else self.codes[0]
        if self.shape and not re.fullmatch(self.shape, value):
            return _SHAPES[self.shape]
        return ""


@dataclass(frozen=True, slots=True)
class MessageTable:
    """One message type.

    Attributes:
        code: like `CEB311`; the root element is `CEB311Message`.
        node: the business document's element, 1 to 100 a message.
        head: the element below it that holds the head fields; empty where the document holds them itself.
        fields: the head fields, in order.
        line: the element of one line, 1 to 99 a document; empty where there are no lines.
        line_fields: the fields of a line, in order.
        numbering: how `gnum` numbers the lines.
        signed: whether the message must carry a ds:Signature.
    """

    code: str
    node: str
    head: str
    fields: tuple[Field, ...]
    line: str = ""
    line_fields: tuple[Field, ...] = ()
    numbering: Numbering = "from-one"
    signed: bool = False

    def path_of(self, name: str) -> str:
        """Return the path of a head field below the business document, like `OrderHead/orderNo`."""
        return f"{self.head}/{name}" if self.head else name


def text(
    name: str,
    shortest: int,
    longest: int = 0,
    *,
    optional: bool = False,
    codes: tuple[str, ...] = (),
    shape: str = "",
    personal: bool = False,
) -> Field:
    """Return a text; with one length, of exactly that many characters."""
    return Field(name, "text", shortest, longest or shortest, optional, codes, shape, personal)


def number(name: str, *, optional: bool = False) -> Field:
    """Return a decimal number of at most 19 digits, at most 5 of them behind the point (N19,5)."""
    return Field(name, "number", optional=optional)


def whole(name: str, *, codes: tuple[str, ...] = ()) -> Field:
    """Return a whole number (xs:int)."""
    return Field(name, "whole", codes=codes)


def time(name: str) -> Field:
    """Return a time YYYYMMDDhhmmss, China local time (UTC+8)."""
    return Field(name, "time")


def date(name: str, *, optional: bool = False) -> Field:
    """Return a day YYYYMMDD."""
    return Field(name, "date", optional=optional)


_WORDS = {
    "number": "a number of at most 19 digits, at most 5 of them behind the point",
    "whole": "a whole number of at most 32 bits",
    "time": "a time YYYYMMDDhhmmss, from 1970 on",
    "date": "a day YYYYMMDD, from 1970 on",
    "any": "anything",
}
_SHAPES = {
    DIGITS: "digits only",
    PARAMETER: "digits and capital letters only",
    NO_LOWER_CASE: "capital letters only",
}
