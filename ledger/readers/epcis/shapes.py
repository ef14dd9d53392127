"""What stands inside EPCIS fields: quantities, sensors, transactions, errors, documents.

Source: EPCIS 2.0 chapter 7 (data definition) and its JSON schema; vocabularies of CBV 2.0 chapter 7. Where the text of
the standard is narrower than its JSON schema, the text holds; each such place says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ledger.readers.epcis import cbv
from ledger.readers.epcis.checks import (
    GS1_TERMS,
    Check,
    Faults,
    anything,
    boolean,
    identifier,
    many,
    number,
    one_or_many,
    record,
    spelt,
    text,
    time,
    uri,
    word,
)
from ledger.readers.epcis.lossless_json import Numeral

_WHOLE = re.compile(r"[0-9]+(?:\.0+)?")

action = spelt("ADD|OBSERVE|DELETE", "ADD, OBSERVE or DELETE")
biz_step = word(cbv.BIZ_STEPS, "bizStep")
disposition = word(cbv.DISPOSITIONS, "disposition")
dispositions = many(disposition, least=1, distinct=True)
epcs = many(identifier("instance"), distinct=True)
place = record({"id": identifier()}, {}, extensible=True)
certification = one_or_many(uri)
ilmd = record({}, {}, extensible=True)

_quantity_fields = record(
    {"epcClass": identifier("class")},
    {"quantity": number, "uom": spelt(r"[A-Z0-9]{2,3}", "a unit of UN/CEFACT Recommendation 20, like KGM")},
    extensible=False,
)


def quantity(value: Any, path: str, faults: Faults) -> None:
    """Take a QuantityElement: no unit without amount; without unit it counts. The JSON schema leaves both open."""
    _quantity_fields(value, path, faults)
    if not isinstance(value, dict):
        return
    amount = value.get("quantity")
    if "uom" in value and amount is None:
        faults.add(f"{path}.quantity", "nothing", "an amount, because there is a unit")
    if isinstance(amount, Numeral):
        if amount.text.startswith("-"):
            faults.add(f"{path}.quantity", amount, "zero or more")
        elif "uom" not in value and not _WHOLE.fullmatch(amount.text):
            faults.add(f"{path}.quantity", amount, "a whole number, because there is no unit")


quantities = many(quantity)


def persistent_disposition(value: Any, path: str, faults: Faults) -> None:
    """Take a PersistentDisposition: what is set, what is unset, at least one of them."""
    record({}, {"set": dispositions, "unset": dispositions}, extensible=False)(value, path, faults)
    if value == {}:
        faults.add(path, value, "set or unset")


_transaction_fields = {"type": word(cbv.BUSINESS_TRANSACTIONS, "business transaction type")}
business_transaction = record({"bizTransaction": identifier()}, _transaction_fields, extensible=False)
_role = word(cbv.PARTY_ROLES, "source or destination type")
source = record({"type": _role, "source": identifier()}, {}, extensible=False)
destination = record({"type": _role, "destination": identifier()}, {}, extensible=False)

error_declaration = record(
    {"declarationTime": time},
    {"reason": word(cbv.ERROR_REASONS, "error reason"), "correctiveEventIDs": many(uri)},
    extensible=True,
)

_device: Mapping[str, Check] = {
    "time": time,
    "deviceID": identifier(),
    "deviceMetadata": uri,
    "rawData": uri,
    "dataProcessingMethod": uri,
    "bizRules": uri,
}
_readings: Mapping[str, Check] = dict.fromkeys(
    ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"), number
)
sensor_report = record(
    {"type": word(cbv.MEASUREMENTS, "measurement type", taken=GS1_TERMS)},
    {
        **_device,
        **_readings,
        "exception": word(cbv.ALERTS, "sensor alert type", taken=GS1_TERMS),
        "microorganism": uri,
        "chemicalSubstance": uri,
        "coordinateReferenceSystem": uri,
        "component": word(cbv.COMPONENTS, "component"),
        "stringValue": text,
        "booleanValue": boolean,
        "hexBinaryValue": spelt(r"[0-9A-Fa-f]+", "hexadecimal digits"),
        "uriValue": uri,
        "uom": text,
    },
    extensible=True,
)
sensor_element = record(
    {"sensorReport": many(sensor_report, least=1)},
    {"sensorMetadata": record({}, {**_device, "startTime": time, "endTime": time}, extensible=True)},
    extensible=True,
)

# --- documents ---
_element = record({"id": identifier()}, {"attributes": many(anything), "children": many(identifier())}, extensible=True)
_vocabularies = many(record({"type": uri}, {"vocabularyElementList": many(_element)}, extensible=True))
_master_data = record({}, {"vocabularyList": _vocabularies}, extensible=True)
header = record({}, {"epcisMasterData": _master_data}, extensible=True)
_version = spelt(r"[0-9]+(?:\.[0-9]+)*", "a version, like 2.0")
_events = many(anything)
_named: Mapping[str, Check] = {"id": uri}

document = record(
    {
        "@context": anything,
        "type": text,
        "schemaVersion": _version,
        "creationDate": time,
        "epcisBody": record({"eventList": _events}, {}, extensible=True),
    },
    {**_named, "instanceIdentifier": text, "sender": text, "receiver": text, "epcisHeader": header},
    extensible=True,
)
_results = record({"eventList": _events}, {"vocabularyList": _vocabularies}, extensible=True)
_query = record({"queryName": text, "resultsBody": _results}, {"subscriptionID": text}, extensible=True)
query_document = record(
    {"@context": anything, "type": text, "epcisBody": record({"queryResults": _query}, {}, extensible=True)},
    {**_named, "schemaVersion": _version, "creationDate": time},
    extensible=True,
)
