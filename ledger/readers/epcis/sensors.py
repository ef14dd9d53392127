"""What sensors report of goods, for events whose purpose is to report it (bizStep sensor_reporting).

Such an event says publicly what the lowest and highest values were; in every other event sensor data stay a detail for
the parties.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ledger.compose.event import Draft
from ledger.readers.epcis.cbv import short_name
from ledger.readers.epcis.lossless_json import Numeral
from ledger.readers.epcis.reading import EpcisEvent
from ledger.readers.epcis.telling import Told

# Of the measurement types of the GS1 Web Vocabulary, those that the ledger has a word for.
_MEASURES: Mapping[str, str] = {
    "Temperature": "temperature",
    "RelativeHumidity": "humidity",
    "AbsoluteHumidity": "humidity",
    "Illuminance": "light",
    "Acceleration": "shock",
    "Angle": "tilt",
    "Pressure": "pressure",
}
_LOW, _HIGH = ("minValue", "value", "meanValue"), ("maxValue", "value", "meanValue")
_SPELT = re.compile(r"-?[0-9]{1,13}(?:[.][0-9]{1,5})?")
_ALARM = "ALARM_CONDITION"


def is_report(event: EpcisEvent) -> bool:
    """Return whether reporting sensor data is what an event is for."""
    return short_name(event.members.get("bizStep", "")) == "sensor_reporting"


def map_sensors(event: EpcisEvent, told: Told, goods: list[str]) -> Iterator[Draft]:
    """Yield a `transport.sensor` for each measure and unit; readings that no event of ours can hold stay details."""
    found: dict[tuple[str, str], list[tuple[Decimal, Decimal, bool]]] = {}
    for element in event.members.get("sensorElementList", ()):
        for report in element["sensorReport"]:
            measure = _MEASURES.get(str(report["type"]).removeprefix("gs1:"))
            unit = str(report.get("uom", "1"))
            read = _read(report)
            if measure and read and len(unit) <= 16:
                found.setdefault((measure, unit), []).append(read)
    for (measure, unit), reads in found.items():
        data = {
            "measures": measure,
            "unit": unit,
            "minimum": f"{min(low for low, _, _ in reads):f}",
            "maximum": f"{max(high for _, high, _ in reads):f}",
            "excursion": any(alarm for _, _, alarm in reads),
        }
        yield told.draft("transport.sensor", {"goods": goods}, **data)


def _read(report: Mapping[str, Any]) -> tuple[Decimal, Decimal, bool] | None:
    low = next((report[name] for name in _LOW if name in report), None)
    high = next((report[name] for name in _HIGH if name in report), None)
    if not isinstance(low, Numeral) or not isinstance(high, Numeral):
        return None
    if not (_SPELT.fullmatch(low.text) and _SPELT.fullmatch(high.text)):
        return None
    return Decimal(low.text), Decimal(high.text), str(report.get("exception", "")).removeprefix("gs1:") == _ALARM
