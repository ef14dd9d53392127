"""Frames between a process and one that it began beside itself: eight bytes of length, little-endian, then so many."""

from __future__ import annotations

import socket

_LENGTH = 8  # bytes
_AT_ONCE = 1 << 20  # bytes read by one call, at most
_MOST = 1 << 30  # bytes of a frame; a longer one is none


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
    size = int.from_bytes(_receive(channel, _LENGTH), "little")
    if size > _MOST:
        raise EndedError
    return _receive(channel, size)


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
