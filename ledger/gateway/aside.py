"""`python -m ledger.gateway.aside`: reads messages for a gateway, until its standard input ends.

Frames on standard input and output: eight bytes of length, little-endian, then so many bytes. First come the event
types, pickled, and are answered with an empty frame; then questions, each answered in its turn (`passing`). It holds no
key, opens no file, and keeps nothing: whoever began it may end it at any moment and ask again.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Mapping
from typing import BinaryIO

from ledger.collector import calm_collector
from ledger.compose.event import Randomness
from ledger.gateway.intake import Arrival
from ledger.gateway.passing import format_answers, parse_questions
from ledger.gateway.preparing import prepare_arrival
from ledger.gateway.randomness import RandomPool
from ledger.gateway.received import Received
from verifier.ledgerformat.vocabulary import EventType

LENGTH = 8  # bytes
_NICE = 3  # what was read goes before what is to be read: nothing is gained by reading ahead of keeping and sending


def main() -> None:
    """Answer until the questions end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began us is interrupted too, and lets our input end
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anybody prints stands in no frame
    os.nice(_NICE)
    given = read_frame(questions)
    if given is None:
        return
    types: Mapping[str, EventType] = pickle.loads(given)  # noqa: S301 - from whoever began us
    random = RandomPool()
    calm_collector()
    write_frame(answers, b"")
    while (frame := read_frame(questions)) is not None:
        asked = parse_questions(frame)
        write_frame(answers, format_answers([(each, _read(each, types, random)) for each in asked]))


def _read(received: Received, types: Mapping[str, EventType], random: Randomness) -> Arrival | None:
    """Return what was read, with its events prepared; None where the gateway has to say what is wrong."""
    try:
        return prepare_arrival(received.read(), types, random)
    except Exception:  # noqa: BLE001 - the gateway reads it again, and tells
        return None


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next frame, None at the end."""
    length = stream.read(LENGTH)
    if len(length) < LENGTH:
        return None
    size = int.from_bytes(length, "little")
    data = stream.read(size)
    return data if len(data) == size else None


def write_frame(stream: BinaryIO, data: bytes) -> None:
    """Write a frame."""
    stream.write(frame_of(data))
    stream.flush()


def frame_of(data: bytes) -> bytes:
    """Return the bytes of a frame."""
    return len(data).to_bytes(LENGTH, "little") + data


if __name__ == "__main__":
    main()
