"""The messages that are read, one module a message, and the names of those that are not read yet.

Source: specification 202205, message definitions for import (海关跨境进口业务节点报文定义) and export
(海关跨境出口业务节点报文定义).
"""

from __future__ import annotations

from ledger.readers.ceb.fields import MessageTable
from ledger.readers.ceb.tables.ceb311 import CEB311
from ledger.readers.ceb.tables.ceb411 import CEB411
from ledger.readers.ceb.tables.ceb511 import CEB511
from ledger.readers.ceb.tables.ceb513 import CEB513
from ledger.readers.ceb.tables.ceb621 import CEB621
from ledger.readers.ceb.tables.ceb625 import CEB625

TABLES: dict[str, MessageTable] = {each.code: each for each in (CEB311, CEB411, CEB511, CEB513, CEB621, CEB625)}

_IMPORT = "311 312 411 412 511 512 513 514 621 622 623 624 625 626 711 712 816 818 900"
_EXPORT = (
    "213 214 215 216 303 304 403 404 505 506 507 508 509 510 603 604 605 606 607 608 701 702 792"  # as the XSD has them
)
CATALOGUE = frozenset(f"CEB{digits}" for digits in f"{_IMPORT} {_EXPORT}".split())
