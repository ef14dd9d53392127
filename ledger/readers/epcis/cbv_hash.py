"""The CBV event hash: one name for an event, however its document was written (CBV 2.0, chapter 8, event hash ID).

It is an alias, never evidence: it leaves out `eventID`, `recordTime` and `errorDeclaration`, and what was taken out of
an event changes it. Where the text of the standard and its reference implementation (epcis-event-hash-generator 1.9)
differ, the published hashes decide: transactions, sources and destinations stand behind the sensors, each with its
type in front.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from ledger.readers.epcis import cbv
from ledger.readers.epcis.canonical_link import canonical_link
from ledger.readers.epcis.lossless_json import Numeral
from ledger.readers.epcis.reading import EpcisEvent

_CBV, _GS1 = "https://ref.gs1.org/cbv/", "https://gs1.org/voc/"
_IGNORED = frozenset({"@context", "recordTime", "eventID", "type", "errorDeclaration", "comment", "rdfs:comment"})
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
_URN = "urn:epcglobal:cbv:"
_URNS = {
    "urn:epcglobal:cbv:bizstep:": f"{_CBV}BizStep-",
    "urn:epcglobal:cbv:disp:": f"{_CBV}Disp-",
    "urn:epcglobal:cbv:btt:": f"{_CBV}BTT-",
    "urn:epcglobal:cbv:sdt:": f"{_CBV}SDT-",
    "urn:epcglobal:cbv:er:": f"{_CBV}ER-",
}
_PREFIXES = {"cbv": _CBV, "gs1": _GS1, "epcis": "https://ref.gs1.org/epcis/"}
Order = tuple[tuple[str, str], ...]  # field, and what its bare words are short for

_QUANTITY: Order = (("epcClass", ""), ("quantity", ""), ("uom", ""))
_DEVICE = ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod")
_METADATA: Order = tuple((name, "") for name in ("time", "startTime", "endTime", *_DEVICE, "bizRules"))
_REPORT: Order = (
    ("type", _GS1),
    ("exception", f"{_GS1}"),
    *((name, "") for name in (*_DEVICE, "time", "microorganism", "chemicalSubstance", "value")),
    ("component", f"{_CBV}Comp-"),
    *((name, "") for name in ("stringValue", "booleanValue", "hexBinaryValue", "uriValue")),
    *((name, "") for name in ("minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue", "uom")),
    ("coordinateReferenceSystem", ""),
)
_BARE: Mapping[str, frozenset[str]] = {
    f"{_CBV}BizStep-": cbv.BIZ_STEPS,
    f"{_CBV}Disp-": cbv.DISPOSITIONS,
    f"{_CBV}BTT-": cbv.BUSINESS_TRANSACTIONS,
    f"{_CBV}SDT-": cbv.PARTY_ROLES,
    f"{_CBV}Comp-": cbv.COMPONENTS,
    _GS1: cbv.MEASUREMENTS | cbv.ALERTS,
}


def cbv_hash(event: EpcisEvent) -> str:
    """Return the hash as a URI of RFC 6920: `ni:///sha-256;{64 hex}?ver=CBV2.0`."""
    return f"ni:///sha-256;{sha256(pre_hash(event).encode()).hexdigest()}?ver=CBV2.0"


def pre_hash(event: EpcisEvent) -> str:
    """Return the text that is hashed: keys and values without anything between them."""
    return _Speller(_namespaces(event.contexts)).event(event)


def _namespaces(contexts: Iterable[Any]) -> dict[str, str]:
    """Return the prefixes that the document itself defines."""
    defined = (each for each in contexts if isinstance(each, dict))
    return {name: value for each in defined for name, value in each.items() if isinstance(value, str)}


@dataclass(frozen=True, slots=True)
class _Speller:
    """Spells an event under the prefixes of its contexts."""

    namespaces: Mapping[str, str]

    def event(self, event: EpcisEvent) -> str:
        members = event.members
        told = [spell(self, name, members[name]) for name, spell in _ORDER if name in members]
        return f"eventType={event.type}{''.join(told)}{self.rest(members, _TAKEN)}"

    def rest(self, members: Mapping[str, Any], taken: Container[str]) -> str:
        """Spell what has no place of its own, sorted."""
        return "".join(sorted([self.any(name, value) for name, value in members.items() if name not in taken]))

    def any(self, name: str, value: Any) -> str:
        """Spell a field in no prescribed order: an extension, master data."""
        if name in _TYPED:
            return self.typed(name, value, *_TYPED[name])
        key = self.key(name)
        if key.endswith("List"):
            each = value if isinstance(value, list) else [value]
            return key + "".join(sorted(self.one(key[:-4], one) for one in each))
        if isinstance(value, list):
            return "".join(sorted(self.one(key, one) for one in value))
        return self.one(key, value)

    def one(self, key: str, value: Any) -> str:
        if isinstance(value, Mapping):
            return key + self.rest(value, ("comment", "rdfs:comment"))
        if isinstance(value, list):
            return key + "".join(sorted(self.one("", each) for each in value))
        text = self.text(value)
        return f"{key}={text}" if text else key

    def typed(self, name: str, value: Any, child: str, words: str) -> str:
        """Spell a list of transactions, sources or destinations."""
        spelt = sorted(
            (self.field("type", each["type"], words) if "type" in each else "") + self.field(child, each[child])
            for each in value
        )
        return name + "".join(spelt) if spelt else ""

    def key(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        return f"{{{self.namespaces[prefix]}}}{local}" if colon and prefix in self.namespaces else name

    def field(self, name: str, value: Any, words: str = "") -> str:
        """Spell a field of the standard; nothing where it is empty."""
        if isinstance(value, list):
            return "".join(sorted(self.field(name, each, words) for each in value))
        if isinstance(value, str) and name.lower().endswith("time"):
            return f"{name}={_utc(value)}"
        text = self.text(value, words)
        return f"{name}={text}" if text else ""

    def ordered(self, members: Mapping[str, Any], order: Order) -> str:
        """Spell fields in their order, and extensions behind them."""
        parts = [self.field(name, members[name], words) for name, words in order if name in members]
        if len(parts) == len(members):
            return "".join(parts)
        return "".join(parts) + self.rest(members, {name for name, _ in order} | {"comment", "rdfs:comment"})

    def text(self, value: Any, words: str = "") -> str:
        if isinstance(value, Numeral):
            value = value.text
        if isinstance(value, bool):
            return str(value)  # as the reference implementation spells it, with a capital
        if value is None:
            return ""
        text = str(value).strip()
        if words and text in _BARE.get(words, ()):
            return words + text
        return canonical_link(_number(self.expand(text)))

    def expand(self, text: str) -> str:
        if text.startswith(_URN):
            for urn, web in _URNS.items():
                if text.startswith(urn):
                    return web + text[len(urn) :]
        prefix, colon, local = text.partition(":")
        base = self.namespaces.get(prefix, _PREFIXES.get(prefix)) if colon else None
        return text if base is None or local.startswith("//") else base + local


def _number(text: str) -> str:
    """Return a number without superfluous signs, any other text as it is."""
    if not _NUMBER.fullmatch(text):
        return text
    spelt = f"{Decimal(text):f}"
    spelt = spelt.rstrip("0").rstrip(".") if "." in spelt else spelt
    return "0" if spelt in ("", "-0", "-") else spelt


def _utc(text: str) -> str:
    """Return a time in UTC with milliseconds, rounded; any other text as it is."""
    try:
        moment = datetime.fromisoformat(text.strip()[:32]).astimezone(UTC)
    except ValueError:
        return text.strip()
    if not moment.microsecond % 1000:  # nothing to round
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    since = round(Decimal(int(moment.timestamp())) * 1000 + Decimal(moment.microsecond) / 1000)
    whole = datetime.fromtimestamp(since // 1000, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{since % 1000:03d}Z"


Spell = Callable[[_Speller, str, Any], str]


def _plain(words: str = "") -> Spell:
    return lambda speller, name, value: speller.field(name, value, words)


def _epcs(speller: _Speller, name: str, value: Any) -> str:
    return name + speller.field("epc", value) if value else ""


def _quantities(speller: _Speller, name: str, value: Any) -> str:
    spelt = sorted("quantityElement" + speller.ordered(each, _QUANTITY) for each in value)
    return name + "".join(spelt) if spelt else ""


def _place(speller: _Speller, name: str, value: Any) -> str:
    return name + speller.ordered(value, (("id", ""),))


def _persistent(speller: _Speller, name: str, value: Any) -> str:
    words = f"{_CBV}Disp-"
    return name + speller.ordered(value, (("set", words), ("unset", words)))


def _sensors(speller: _Speller, name: str, value: Any) -> str:
    return name + "".join(sorted("sensorElement" + _sensor(speller, each) for each in value)) if value else ""


def _sensor(speller: _Speller, element: Mapping[str, Any]) -> str:
    metadata = element.get("sensorMetadata")
    told = "sensorMetadata" + speller.ordered(metadata, _METADATA) if metadata else ""
    reports = sorted("sensorReport" + speller.ordered(each, _REPORT) for each in element.get("sensorReport", ()))
    return told + "".join(reports) + speller.rest(element, {"sensorMetadata", "sensorReport"})


_ORDER: tuple[tuple[str, Spell], ...] = (
    ("eventTime", _plain()),
    ("eventTimeZoneOffset", _plain()),
    ("certificationInfo", _plain()),
    ("parentID", _plain()),
    ("epcList", _epcs),
    ("inputEPCList", _epcs),
    ("childEPCs", _epcs),
    ("quantityList", _quantities),
    ("childQuantityList", _quantities),
    ("inputQuantityList", _quantities),
    ("outputEPCList", _epcs),
    ("outputQuantityList", _quantities),
    ("action", _plain()),
    ("transformationID", _plain()),
    ("bizStep", _plain(f"{_CBV}BizStep-")),
    ("disposition", _plain(f"{_CBV}Disp-")),
    ("persistentDisposition", _persistent),
    ("readPoint", _place),
    ("bizLocation", _place),
    ("sensorElementList", _sensors),
)
_TAKEN = _IGNORED.union(name for name, _ in _ORDER)
_TYPED: Mapping[str, tuple[str, str]] = {
    "bizTransactionList": ("bizTransaction", f"{_CBV}BTT-"),
    "sourceList": ("source", f"{_CBV}SDT-"),
    "destinationList": ("destination", f"{_CBV}SDT-"),
}
