"""How the tables of customs messages are written: fields, and the message that holds them.

The short words of the specification and what they are here: `C36` is `text(name, 36)`, `C1..60` is
`text(name, 1, 60)`, `N19,5` is `number(name)`, `xs:int` is `whole(name)`, `N9,0` is `whole(name, 9)`, `C14` with the
meaning of a time is `time(name)`, `C17` is `moment(name)`, `C8` with the meaning of a day is `date(name)`. Lengths
count characters, as XML Schema does.

The customs parameter codes (units, countries, customs districts: JGS-20, JGS/T 18) are not part of the
specification, so only their shape is held here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

Kind = Literal["text", "number", "whole", "time", "moment", "date", "any"]
Numbering = Literal["from-one", "distinct", "free"]

DIGITS = r"[0-9]+"
PARAMETER = r"[0-9A-Z]+"
NO_LOWER_CASE = r"[^a-z]+"
NEGATIVE = r"-[0-9]+"


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity: what is computed of fields is kept by them
class Field:
    """One element that holds a value.

    Attributes:
        name: local name, in the namespace of the messages.
        kind: what the value is; `any` is not looked into.
        shortest: fewest characters, of a text.
        longest: most characters, of a text; most digits, of a whole number.
        optional: whether the element may be missing.
        codes: the values that the specification lists; empty where it lists none.
        shape: regular expression that the text of the specification asks for beside the length; where there are codes
            too, a value that is none of them must match it.
        personal: whether it holds, or may hold, personal data; such values are in no error message.
        collapse: whether runs of blanks count as one, and none at the ends (`xs:whiteSpace`).
        spared: whether a lenient reader does without a required element, as official samples leave it out.
        excluded: values that the specification rules out.
        surplus: whether there is no such element, but official samples have it, so that a lenient reader skips it.
    """

    name: str
    kind: Kind = "text"
    shortest: int = 0
    longest: int = 0
    optional: bool = False
    codes: tuple[str, ...] = ()
    shape: str = ""
    personal: bool = False
    collapse: bool = False
    spared: bool = False
    surplus: bool = False
    excluded: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """Return in words what the type asks for."""
        if self.kind == "whole" and self.longest:
            return f"a whole number of at most {self.longest} digits"
        if self.kind != "text":
            return _WORDS[self.kind]
        if self.shortest == self.longest:
            return f"{self.longest} characters"
        return f"{self.shortest} to {self.longest} characters"

    def broken_rule(self, value: str) -> str:
        """Return the rule beside the type that a value breaks, in words; empty if none."""
        if value in self.excluded:
            return f"any but {', '.join(self.excluded)}"
        if value in self.codes or (self.shape and _compiled(self.shape).fullmatch(value)):
            return ""
        listed = f"one of {', '.join(self.codes)}" if len(self.codes) > 1 else "".join(self.codes)
        return " or ".join(each for each in (listed, _SHAPES.get(self.shape, "")) if each)


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """What stands around the business documents of a message.

    Attributes:
        names: elements behind the documents, in order.
        transfer: the fields of BaseTransfer.
        signed: whether there must be a ds:Signature.
        signed_declared: whether there must be one once a document is declared (appStatus 2), as an explanation says.
    """

    names: tuple[str, ...] = ()
    transfer: tuple[Field, ...] = ()
    signed: bool = False
    signed_declared: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class MessageTable:
    """One message type.

    Attributes:
        code: like `CEB311`; the root element is `CEB311Message`.
        node: the business document's element.
        head: the element below it that holds the head fields; empty where the document holds them itself.
        fields: the head fields, in order.
        line: the element of one line; empty where there are no lines.
        line_fields: the fields of a line, in order.
        fewest_lines: how many lines a document must have.
        most_lines: how many it may have.
        most_documents: how many documents a message may have; one it must have.
        numbering: how `gnum` numbers the lines; `free` where it does not.
        envelope: what stands behind the documents; nothing in what customs sends.
    """

    code: str
    node: str
    head: str
    fields: tuple[Field, ...]
    line: str = ""
    line_fields: tuple[Field, ...] = ()
    fewest_lines: int = 1
    most_lines: int = 99
    most_documents: int = 100
    numbering: Numbering = "from-one"
    envelope: Envelope = Envelope()

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


def collapsed(field: Field) -> Field:
    """Return a text of which runs of blanks count as one (`xs:whiteSpace` is `collapse`)."""
    return replace(field, collapse=True)


def surplus(name: str) -> Field:
    """Return an element that the definition does not have and official samples do."""
    return Field(name, "any", surplus=True)


def number(name: str, *, optional: bool = False) -> Field:
    """Return a decimal number of at most 19 digits, at most 5 of them behind the point (N19,5)."""
    return Field(name, "number", optional=optional)


def whole(name: str, digits: int = 0, *, codes: tuple[str, ...] = (), spared: bool = False) -> Field:
    """Return a whole number (xs:int), of at most so many digits."""
    return Field(name, "whole", longest=digits, codes=codes, spared=spared)


def time(name: str, *, optional: bool = False) -> Field:
    """Return a time YYYYMMDDhhmmss, China local time (UTC+8)."""
    return Field(name, "time", optional=optional)


def moment(name: str) -> Field:
    """Return a time with milliseconds, YYYYMMDDhhmmssSSS, China local time (UTC+8)."""
    return Field(name, "moment")


def date(name: str, *, optional: bool = False) -> Field:
    """Return a day YYYYMMDD."""
    return Field(name, "date", optional=optional)


_WORDS = {
    "number": "a number of at most 19 digits, at most 5 of them behind the point",
    "whole": "a whole number of at most 32 bits",
    "time": "a time YYYYMMDDhhmmss, from 1970 on",
    "moment": "a time YYYYMMDDhhmmssSSS, from 1970 on",
    "date": "a day YYYYMMDD, from 1970 on",
    "any": "anything",
}
_compiled = cache(re.compile)
_SHAPES = {
    DIGITS: "digits only",
    PARAMETER: "digits and capital letters only",
    NO_LOWER_CASE: "capital letters only",
    NEGATIVE: "a negative number",
}
