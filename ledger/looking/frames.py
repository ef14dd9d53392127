"""Frames between the ledger's process and a looker: eight bytes of length, little-endian, then so many bytes."""

from __future__ import annotations

import socket

_LENGTH = 8  # bytes
_AT_ONCE = 1 << 20  # bytes read by one call, at most


class EndedError(Exception):
    """Whoever is at the other end has ended, or did not answer in time."""


def send_frame(channel: socket.socket, data: bytes) -> None:
    """Send a frame.

    Raises:
        EndedError: nobody takes it.
    """
    try:
        channel.sendall(len(data).to_bytes(_LENGTH, "little"))
        channel.sendall(data)
    except OSError as error:
        raise EndedError from error


def receive_frame(channel: socket.socket) -> bytes:
    """Return the next frame.

    Raises:
        EndedError: there is none, or no whole one.
    """
    return _receive(channel, int.from_bytes(_receive(channel, _LENGTH), "little"))


def _receive(channel: socket.socket, size: int) -> bytes:
    data = bytearray(size)
    left = memoryview(data)
    while left:
        try:
            count = channel.recv_into(left, min(len(left), _AT_ONCE))
        except OSError as error:  # its timeout too
            raise EndedError from error
        if not count:
            raise EndedError
        left = left[count:]
    return bytes(data)
