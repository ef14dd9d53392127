"""`python -m ledger.prove.examining`: examines proofs for a server, until its standard input, a socket, ends.

Frames both ways: four bytes of length, big-endian, then so many bytes. It says an empty frame once it is ready; then
it answers each question (`examined`): an empty frame where the proof may leave, else why not. It holds no key and opens
no file; whoever began it may end it at any moment.
"""

from __future__ import annotations

import signal
import socket
from contextlib import suppress

from ledger.collector import calm_collector
from ledger.prove.examined import KNOWN, examine, fault_of, parse_question
from verifier.proof.known import Known

LENGTH = 4  # bytes
_UNSAID = "refused without a reason"


def main() -> None:
    """Answer until the questions end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began us is interrupted too, and lets our input end
    calm_collector()
    known = Known(KNOWN)
    with suppress(ConnectionError), socket.socket(fileno=0) as asking:  # the server may end at any moment
        send_frame(asking, b"")
        while (frame := take_frame(asking)) is not None:
            fault = fault_of(examine(parse_question(frame), known))
            send_frame(asking, b"" if fault is None else (fault or _UNSAID).encode())


def take_frame(stream: socket.socket) -> bytes | None:
    """Return the next frame; None at the end."""
    head = _take(stream, LENGTH)
    return None if head is None else _take(stream, int.from_bytes(head, "big"))


def send_frame(stream: socket.socket, data: bytes) -> None:
    """Send a frame."""
    stream.sendall(len(data).to_bytes(LENGTH, "big") + data)


def _take(stream: socket.socket, size: int) -> bytes | None:
    data = bytearray(size)
    view, at = memoryview(data), 0
    while at < size:
        came = stream.recv_into(view[at:])
        if not came:
            return None
        at += came
    return bytes(data)


if __name__ == "__main__":
    main()
