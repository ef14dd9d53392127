"""EPCIS 2.0: reading its JSON documents strictly, and mapping their events to drafts.

`read_epcis` judges form; `map_event` says what an event means here; `canonical_subject` brings EPC URNs and GS1 Digital
Links to subjects. Nothing is fetched, no JSON-LD is processed, no number is ever a float.
"""

from ledger.readers.epcis.cbv_hash import cbv_hash
from ledger.readers.epcis.document import read_epcis
from ledger.readers.epcis.identifiers import canonical_subject, epc_urn_of, lot_subject
from ledger.readers.epcis.mapping import map_event
from ledger.readers.epcis.reading import EpcisEvent, EpcisReading, FaultyEvent
from ledger.readers.epcis.recorded import NOTHING, Recorded

__all__ = [
    "NOTHING",
    "EpcisEvent",
    "EpcisReading",
    "FaultyEvent",
    "Recorded",
    "canonical_subject",
    "cbv_hash",
    "epc_urn_of",
    "lot_subject",
    "map_event",
    "read_epcis",
]
