"""Everybody reveals one code at one moment: exactly one is first."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from verifier.ledgerformat.head import parse_head
from verifier.primitives.base64strict import format_base64url

AT_ONE_MOMENT = 200  # connections


def request(drawn, number):
    """Return a reveal as it stands on the wire, each with a claim of its own."""
    claim = format_base64url(sha256(b"buyer %d" % number).digest())
    body = json.dumps({"item": drawn.item, "code": drawn.hidden.text, "claim": claim}).encode()
    head = "POST /desk/activations HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def ask(reader, writer, data):
    """Return status and answer of one request on a connection that stays open."""
    writer.write(data)
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    length = next(int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:"))
    return int(lines[0].split(" ")[1]), json.loads(await reader.readexactly(length))


async def rush(port, drawn, many):
    """Let `many` buyers reveal one code, as many at one moment as there are connections."""
    waiting = iter(range(many))
    together = asyncio.Barrier(AT_ONE_MOMENT)

    async def buyers():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await together.wait()
        answers = [await ask(reader, writer, request(drawn, number)) for number in waiting]
        writer.close()
        return answers

    found = await asyncio.gather(*(buyers() for _ in range(AT_ONE_MOMENT)))
    return [answer for answers in found for answer in answers]


@pytest.mark.parametrize("many", [500, pytest.param(10_000, marks=pytest.mark.soak)])
def test_of_all_who_reveal_one_code_at_one_moment_exactly_one_is_first(counter, server, many):
    drawn = counter.item()
    with ThreadPoolExecutor(1) as apart:  # this thread may have a loop of Playwright's
        answers = apart.submit(asyncio.run, rush(server.port, drawn, many)).result()
    assert Counter((status, told["outcome"]) for status, told in answers) == {
        (201, "first"): 1,
        (200, "again"): many - 1,
    }
    assert len({told["event"] for _, told in answers}) == 1
    with counter.world.ledger.store.read() as reader:
        heads = [
            parse_head(row.head)
            for row in reader.events_from(0, counter.world.ledger.head.edge.size)
            if row.head[0] != 0xD2
        ]
    joined = {pair for head in heads if head.type == "transport.hidden-code" for pair in head.joins}
    activations = Counter(pair for head in heads if head.type == "aftersales.activation" for pair in head.joins)
    assert set(activations.values()) == {1}, "each item has one activation in the ledger"
    assert activations.keys() <= joined
