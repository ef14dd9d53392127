"""The products of an import list's lines."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.readers.ceb.facts import product_of_bar_code
from ledger.readers.ceb.result import Document
from verifier.errors import IncompleteError, MalformedError, TooLargeError
from verifier.ledgerformat.body import MAX_SUBJECTS
from verifier.ledgerformat.subject import form_of


def products_of(document: Document, given: Mapping[int, str]) -> list[str]:
    """Return the distinct products of all lines, in order of first appearance.

    Args:
        document: an import list.
        given: line number to product URI; goes before the bar code.

    Raises:
        IncompleteError: a line's bar code is no GTIN, and no product is given for it.
        MalformedError: what is given is no product URI, or for a line that is not there.
        TooLargeError: more products than an event can name.
    """
    numbers = {int(line["gnum"]) for line in document.lines}
    if unknown := sorted(set(given) - numbers):
        raise MalformedError("facts.products", came=unknown[0], expected=f"line numbers of {document.path}")
    products = list(dict.fromkeys(_product_of(document, line, given) for line in document.lines))
    if len(products) > MAX_SUBJECTS:
        raise TooLargeError(document.path, came=f"{len(products)} products", expected=f"at most {MAX_SUBJECTS}")
    return products


def _product_of(document: Document, line: Mapping[str, str], given: Mapping[int, str]) -> str:
    product = given.get(int(line["gnum"])) or product_of_bar_code(line.get("barCode", ""))
    if product is None:
        raise IncompleteError(
            f"facts.products[{line['gnum']}]",
            came=f"nothing for a line of {document.path} whose bar code is no GTIN",
            expected="its product URI",
        )
    if form_of(product, f"facts.products[{line['gnum']}]") != "product":
        raise MalformedError(f"facts.products[{line['gnum']}]", came=product, expected="a product URI")
    return product
