"""Transformations: lots and items that became other lots and items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.compose.event import Draft
from ledger.readers.epcis.lossless_json import as_strict
from ledger.readers.epcis.reading import EpcisEvent
from ledger.readers.epcis.subjects import CLASSES, GOODS, LOTS, classes_of, not_mapped, subjects_of
from ledger.readers.epcis.telling import tell
from verifier.errors import TooLargeError
from verifier.ledgerformat.head import MAX_LINKS
from verifier.ledgerformat.subject import form_of, product_of

_MOST_INPUTS = MAX_LINKS // 2
_QUANTITIES = frozenset({"inputQuantityList", "outputQuantityList"})
_MADE = GOODS - {"unit"}


def map_transformation(event: EpcisEvent) -> Iterator[Draft]:
    """Yield a `transport.transformation` for as many outputs as stand in one event beside all inputs.

    Raises:
        UnsupportedError: it names only what went in, or only what came out.
        TooLargeError: more than 32 lots and items went in.
    """
    told = tell(event, apart=_QUANTITIES)
    used, outputs = _side(event, "input", CLASSES), _side(event, "output", LOTS)
    if not used or not outputs:
        raise not_mapped(event, "transformationID", "a transformation told in several events")
    if len(used) > _MOST_INPUTS:
        raise TooLargeError(event.field("inputEPCList"), came=f"{len(used)} inputs", expected=f"at most {_MOST_INPUTS}")
    quantities = {name: as_strict(event.members[name]) for name in _QUANTITIES if name in event.members}
    disclosed = {**told.disclosed, **({"/quantities": quantities} if quantities else {})}
    size = MAX_LINKS - len(used)
    for at in range(0, len(outputs), size):
        some = outputs[at : at + size]
        products = list(dict.fromkeys(product_of(each) for each in some))
        subjects: dict[str, Any] = {**_input_roles(used), "outputs": some, "products": products}
        yield Draft("transport.transformation", event.time, subjects, told.data, disclosed, told.attachments)


def _input_roles(used: list[str]) -> dict[str, list[str]]:
    """Return what went in by its roles: of materials that are known as a product only, no story can be followed."""
    materials = [each for each in used if form_of(each) == "product"]
    inputs = [each for each in used if each not in materials]
    return {**({"inputs": inputs} if inputs else {}), **({"materials": materials} if materials else {})}


def _side(event: EpcisEvent, side: str, classes: frozenset[str]) -> list[str]:
    epcs = subjects_of(event, f"{side}EPCList", _MADE)
    return list(dict.fromkeys([*epcs, *classes_of(event, f"{side}QuantityList", classes)]))
