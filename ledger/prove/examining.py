"""`python -m ledger.prove.examining`: examines proofs for a server, until its standard input, a socket, ends.

Frames both ways (`ledger.frames`). It says an empty frame once it is ready; then it answers each question (`examined`):
an empty frame where the proof may leave, else why not. It holds no key and opens no file; whoever began it may end it
at any moment.
"""

from __future__ import annotations

import signal
import socket
from contextlib import suppress

from ledger.collector import calm_collector
from ledger.frames import EndedError, receive_frame, send_frame
from ledger.prove.examined import KNOWN, examine, fault_of, parse_question
from verifier.proof.known import Known

_UNSAID = "refused without a reason"


def main() -> None:
    """Answer until the questions end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began us is interrupted too, and lets our input end
    calm_collector()
    known = Known(KNOWN)
    with suppress(EndedError), socket.socket(fileno=0) as asking:  # the server may end at any moment
        send_frame(asking, b"")
        while True:
            fault = fault_of(examine(parse_question(receive_frame(asking)), known))
            send_frame(asking, b"" if fault is None else (fault or _UNSAID).encode())


if __name__ == "__main__":
    main()
