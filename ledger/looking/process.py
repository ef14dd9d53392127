"""`python -m ledger.looking.process`: looks at submissions for a ledger, until whoever began it lets its input end.

Its standard input is one end of a pair of sockets. First comes where the ledger lies, and is answered with an empty
frame once its database is open; then questions, each answered in its turn (`passing`). It holds no key and keeps
nothing but what it has read: it may be ended at any moment.
"""

from __future__ import annotations

import marshal
import os
import signal
import socket
from pathlib import Path

from ledger.collector import calm_collector
from ledger.frames import EndedError, receive_frame, send_frame
from ledger.looking.judging import Judging
from ledger.looking.passing import format_answer, parse_question
from ledger.store.opening import open_store


def main() -> None:
    """Answer until the questions end."""
    for number in (signal.SIGINT, signal.SIGTERM):  # whoever began us is told too, finishes, and lets our input end
        signal.signal(number, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as channel:
        try:
            _serve(channel)
        except EndedError:
            return


def _serve(channel: socket.socket) -> None:
    folder, database, origin = marshal.loads(receive_frame(channel))  # noqa: S302 - from whoever began us
    store = open_store(Path(folder), writable=False, database=database)
    try:
        judging = Judging(store, origin)
        calm_collector()
        send_frame(channel, b"")
        while True:
            question = parse_question(receive_frame(channel))
            send_frame(channel, format_answer(judging.look(question)))
    finally:
        store.close()


if __name__ == "__main__":
    main()
