"""Labels that stand under a scratch layer, and the file in which codes go from the packer to the printer.

The file has one line an item: its URI, a tab, the code in groups of four signs.
"""

from __future__ import annotations

from collections.abc import Iterable

from api.labels.sheet import Label
from api.labels.symbol import encode_link
from api.labels.words import link_of, readable
from ledger.activation.drawing import Drawn
from verifier.errors import MalformedError
from verifier.ledgerformat.hidden_code import HiddenCode, parse_hidden_code
from verifier.ledgerformat.subject import form_of

_LINE = 16  # signs of a code on a line under its symbol


def format_codes(drawn: Iterable[Drawn]) -> bytes:
    """Return the file of drawn codes."""
    return "".join(f"{each.item}\t{each.hidden.readable}\n" for each in drawn).encode("ascii")


def parse_codes(data: bytes, what: str) -> list[Drawn]:
    """Return the drawn codes of a file.

    Raises:
        MalformedError: another shape, its line named; the code is not repeated.
    """
    try:
        lines = data.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise MalformedError(what, came=f"byte {error.start} that is not ASCII", expected="items and codes") from None
    return [_drawn(line, f"{what}, line {place}") for place, line in enumerate(lines, 1) if line.strip()]


def _drawn(line: str, what: str) -> Drawn:
    item, tab, code = line.partition("\t")
    if not tab or form_of(item, what) != "item":
        raise MalformedError(what, came="another shape", expected="the URI of an item, a tab, its code")
    return Drawn(item, parse_hidden_code(code, what))


def hidden_link(item: str, hidden: HiddenCode, base: str) -> str:
    """Return the link under the layer: the item's own page, where the browser checks the code, and the code behind `#`.

    What stands behind `#` stays in the browser: no server sees it before its owner sends it.
    """
    return f"{link_of(item, base)}#{hidden.text}"


def hidden_label(drawn: Drawn, base: str) -> Label:
    """Return the label of an item that stands under its layer."""
    text = drawn.hidden.readable
    half = len(text) // 2
    serial = readable(drawn.item)[-1]
    return Label(
        encode_link(hidden_link(drawn.item, drawn.hidden, base)), (serial, text[:half].strip(), text[half:].strip())
    )
