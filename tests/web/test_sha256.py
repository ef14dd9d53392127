"""The verifier's own SHA-256 is that of FIPS 180-4."""

import hashlib
import random

from tests.web.node import ask

# FIPS 180-4 and NIST CAVP: the empty message, one block, two blocks.
KNOWN = {
    b"": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    b"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq": (
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
}


def hashes(messages):
    return [each["facts"] for each in ask({"format": "sha256", "vector": {"hex": each.hex()}} for each in messages)]


def test_published_messages_have_their_hashes():
    assert [each["own"] for each in hashes(KNOWN)] == list(KNOWN.values())


def test_every_length_around_blocks_and_buffers_is_hashed_as_webcrypto_and_hashlib_do():
    chance = random.Random(180)
    messages = [chance.randbytes(size) for size in [*range(330), 4_096, 65_536]]
    for message, found in zip(messages, hashes(messages), strict=True):
        expected = hashlib.sha256(message).hexdigest()
        assert found == {"own": expected, "web": expected, "parts": expected}
