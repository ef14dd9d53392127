"""How lines are numbered: `gnum` from 1 without gaps, or, in a return, the numbers of the list's lines.

A summary's lines are not numbered: there `gnum` is that of a line in one of many lists.

Source: specification 202205, explanations of `gnum` in OrderList (从1开始的递增序号), InventoryList (从1开始连续序号)
and InvtRefundList (对应原清单表体序号).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.readers.ceb.fields import MessageTable
from ledger.readers.ceb.findings import Findings


def check_numbering(lines: Sequence[Mapping[str, str]], table: MessageTable, path: str, findings: Findings) -> None:
    """Note lines with a number twice or below 1 (a fault), and numbers that do not count up from 1 (a departure)."""
    if table.numbering == "free":
        return
    seen: set[str] = set()
    for place, line in enumerate(lines, 1):
        number = line.get("gnum")
        where = f"{path}/{table.line}[{place}]/gnum"
        if number is None:
            continue
        if number in seen or number.startswith("-") or number == "0":
            findings.fault(where, came=number, expected="a number from 1 on, each once")
        elif table.numbering == "from-one" and number != str(place):
            findings.depart(where, came=number, expected=f"{place}, as lines count up from 1")
        seen.add(number)
