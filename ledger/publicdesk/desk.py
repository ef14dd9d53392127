"""The desk: activates hidden codes, counts how often labels are seen, raises alarms, takes in what people lodge.

Trust: whoever holds the desk's key can say in its name that somebody activated, complained or was seen too often. It
cannot activate a code that nobody has revealed to it, since an activation shows the code. What it can do at the moment
of a reveal, a buyer sees at once: somebody else's claim, no earlier than the own reveal (docs/adr/0047).
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace

from ledger.activation import register
from ledger.activation.scans import DAY, KEPT_DAYS
from ledger.publicdesk.activating import NEVER, Activating, CodeStanding
from ledger.publicdesk.file import COUNTS, DESK, DeskFile
from ledger.publicdesk.lodging import Lodged, Lodging
from ledger.publicdesk.outbox import LATER, Outbox, TurnedDownError
from ledger.publicdesk.setting import Setting
from ledger.publicdesk.watching import Watching
from verifier.errors import SuyuanError

_PAUSE = 2.0  # seconds between two looks at what is not answered yet


class PublicDesk:
    """A desk. Any thread may use it.

    Attributes:
        activating: hidden codes.
        watching: counts and alarms.
        lodging: complaints and return requests.
        outbox: what it says.
    """

    def __init__(self, setting: Setting) -> None:
        """Open the desk's files; `start` lets it send what is not answered."""
        owner = f"{setting.speaker.origin} {setting.speaker.issuer}"
        self._file = DeskFile(setting.folder / "desk.db", DESK, owner=owner, durable=True)
        self._clock = setting.clock
        self._counts = DeskFile(setting.folder / "counts.db", COUNTS, owner=owner, durable=False)
        self.outbox = Outbox(self._file, setting)
        self.watching = Watching(self._file, self._counts, self.outbox, setting)
        self.activating = Activating(self._file, self.outbox, self.watching, setting)
        self.lodging = Lodging(self._file, self.outbox, setting)
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._closing = False

    def start(self) -> None:
        """Send what is not answered, in a thread, until `close`; and forget what is older than 90 days."""
        self._thread = threading.Thread(target=self._run, name="public-desk", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; the files stay."""
        self._closing = True
        self._wake.set()
        if self._thread:
            self._thread.join()
        self._file.close()
        self._counts.close()

    def see(self, item: str, *, address: str, region: str, claim: bytes | None = None) -> tuple[bool, CodeStanding]:
        """Count that a label was seen, where anything is recorded of it; return whether, and how its code stands.

        Raises:
            BusyError: the ledger shows no proof that verifies.
        """
        standing = self.activating.standing(item, claim=claim)
        if standing.outcome == NEVER or not self.watching.see(item, address=address, region=region):
            return False, standing
        counted, alarmed = self.watching.counted(item), self.watching.is_alarmed(item)
        return True, replace(standing, counted=counted, too_often=alarmed)

    def lodge(self, lodged: Lodged) -> tuple[bytes, bytes | None]:
        """Return the event's name of what somebody lodged, and its promise once the ledger has answered.

        Raises:
            UnknownError: nothing is recorded of the goods.
            TurnedDownError: the ledger refused it.
        """
        event = self.lodging.keep(lodged)
        try:
            return event, self.outbox.deliver(event)
        except TurnedDownError:  # whom it would be passed to may be no participant any more: agencies still hear of it
            event = self.lodging.keep(lodged, pass_on=False)
            return event, self.outbox.deliver(event)
        except LATER:
            return event, None

    def send_waiting(self) -> None:
        """Send what the ledger has not answered yet; what it cannot take now stays."""
        for event in self.outbox.waiting():
            try:
                self.outbox.deliver(event)
            except TurnedDownError:
                with self._file.use() as connection:  # of an activation: the ledger has another first one
                    register.withdraw(connection, event)
            except LATER:
                return
            except SuyuanError:  # a promise that is not the trusted ledger's: the others may be
                continue

    def forget(self) -> None:
        """Delete what is older than 90 days: counts, and what people wrote."""
        self.watching.forget()
        self.outbox.forget(self._clock() - KEPT_DAYS * DAY)
        for each in (self._file, self._counts):
            each.scour()

    def _run(self) -> None:
        while not self._closing:
            with suppress(SuyuanError):
                self.send_waiting()
                self.forget()
            self._wake.wait(_PAUSE)
            self._wake.clear()
