"""The quick reader of heads: whatever it reads, the general reader reads alike, and refuses whatever it would not.

It stands before the general reader, so what it took too lightly would be admitted, hashed and sealed.
"""

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.ledgerformat.heads import heads, plain_heads
from verifier.errors import SuyuanError
from verifier.ledgerformat import head as head_module
from verifier.ledgerformat.head import Head, State, format_head, parse_head
from verifier.ledgerformat.head_quick import quick_head, quick_type

VECTORS = sorted((Path(__file__).parents[2] / "vectors/v1/head").rglob("*.json"))
TRACE, CASE = ("trace", b"\x22" * 32), ("case", b"\x11" * 32)
PLAIN = Head(
    type="clearance.release",
    id=bytes.fromhex("0192f000000070008000000000000000"),
    issuer="urn:suyuan:agency:customs",
    time=1_763_800_000_000,
    joins=(CASE, TRACE),
    body=b"\x33" * 32,
)
FOLLOWING = Head(
    type="transport.packing",
    id=PLAIN.id,
    issuer="urn:suyuan:enterprise:91350100M000100Y43",
    time=2**32,
    joins=(TRACE,),
    body=PLAIN.body,
    follows=(CASE, TRACE),
)
ANSWERING = Head(
    type="endorsement.recognised",
    id=PLAIN.id,
    issuer=PLAIN.issuer,
    time=PLAIN.time,
    joins=(TRACE,),
    body=PLAIN.body,
    about=(b"\x44" * 32,),
)
SPELT = [format_head(each) for each in (PLAIN, FOLLOWING, ANSWERING)]
BYTES = (0x00, 0x01, 0x18, 0x1B, 0x20, 0x40, 0x58, 0x60, 0x61, 0x78, 0x80, 0x81, 0x82, 0xA0, 0xF6, 0xFF)


def spelt_label(label: int, value: object) -> bytes:
    return bytes([label]) + cbor2.dumps(value)


def members(data: bytes) -> list[bytes]:
    """The members of a head, each as it is spelt."""
    return [spelt_label(label, value) for label, value in cbor2.loads(data).items()]


def require_alike(spellings: Iterable[bytes]) -> int:
    """Fail where the quick reader answers otherwise than the general one; return how many heads it read."""
    read = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(head_module, "quick_head", lambda _: None)
        for data in spellings:
            if parts := quick_head(data):
                type_, id_, issuer, time, joins, body, follows, about = parts
                told = Head(type_, id_, issuer, time, joins, body, follows=follows, about=about)
                assert parse_head(data) == told, data.hex()
                read += 1
    return read


def answer(data: bytes) -> Head | tuple[str, str]:
    try:
        return parse_head(data)
    except SuyuanError as refusal:
        return type(refusal).__name__, refusal.field


@pytest.mark.parametrize("data", SPELT, ids=["plain", "following", "answering"])
class TestBesideAHeadThatItReads:
    def test_it_reads_it(self, data: bytes) -> None:
        assert require_alike([data]) == 1

    def test_every_byte_turned_into_every_other(self, data: bytes) -> None:
        def turned() -> Iterator[bytes]:
            for place in range(len(data)):
                yield from (data[:place] + bytes([byte]) + data[place + 1 :] for byte in range(256))

        assert require_alike(turned()) > 32 * 256  # a name or a hash may be any bytes

    def test_cut_everywhere(self, data: bytes) -> None:
        assert require_alike(data[:end] for end in range(len(data))) == 0

    def test_every_byte_left_out(self, data: bytes) -> None:
        read = require_alike(data[:place] + data[place + 1 :] for place in range(len(data)))
        assert read <= 1, "the kind case without its length is the kind ase"

    def test_a_byte_put_in_everywhere(self, data: bytes) -> None:
        places = range(len(data) + 1)
        assert require_alike(data[:place] + bytes([byte]) + data[place:] for place in places for byte in BYTES) == 0

    def test_its_fields_in_every_order(self, data: bytes) -> None:
        spellings = [data[:1] + b"".join(order) for order in permutations(members(data))]
        assert require_alike(spellings) == 1

    def test_a_field_left_out_or_twice(self, data: bytes) -> None:
        fields = members(data)
        counts = (data[0] - 1, data[0], data[0] + 1)
        fewer = [fields[:place] + fields[place + 1 :] for place in range(len(fields))]
        twice = [fields[: place + 1] + fields[place:] for place in range(len(fields))]
        assert require_alike(bytes([count]) + b"".join(each) for count in counts for each in fewer + twice) <= 1

    def test_a_length_or_number_in_every_other_width(self, data: bytes) -> None:
        """A text, list or number spelt longer than need be is another spelling of the same head."""
        spellings = []
        for place, byte in enumerate(data):
            major, small = byte & 0xE0, byte & 0x1F
            if small < 24:
                wider = (bytes([major | 24, small]), bytes([major | 25]) + struct.pack(">H", small))
                spellings += [data[:place] + each + data[place + 1 :] for each in wider]
            if small == 24:
                spellings.append(data[:place] + bytes([major | 25, 0]) + data[place + 1 :])
        assert require_alike(spellings) == 0


class TestAnywhere:
    @given(st.one_of(heads(), plain_heads()).map(format_head))
    def test_a_valid_head(self, data: bytes) -> None:
        require_alike([data])

    @given(plain_heads().map(format_head), st.data())
    def test_a_head_with_bytes_exchanged_cut_out_or_put_in(self, whole: bytes, data: st.DataObject) -> None:
        start = data.draw(st.integers(0, len(whole)))
        end = data.draw(st.integers(start, min(len(whole), start + 4)))
        require_alike([whole[:start] + data.draw(st.binary(max_size=4)) + whole[end:]])

    @given(plain_heads().map(format_head), st.randoms(use_true_random=False))
    def test_a_head_with_its_fields_in_another_order(self, whole: bytes, random: object) -> None:
        fields = members(whole)
        random.shuffle(fields)  # type: ignore[attr-defined]
        require_alike([whole[:1] + b"".join(fields)])

    @given(plain_heads().map(format_head), plain_heads().map(format_head), st.data())
    def test_the_front_of_one_head_before_the_back_of_another(self, one: bytes, other: bytes, data: st.DataObject):
        cut = data.draw(st.integers(0, min(len(one), len(other))))
        require_alike([one[:cut] + other[cut:], one[: len(one) - cut] + other[len(other) - cut :]])

    @given(st.binary(max_size=300))
    def test_other_bytes(self, data: bytes) -> None:
        require_alike([data])


@pytest.mark.parametrize("file", VECTORS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_head_vector_gets_the_same_answer_with_and_without_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes.fromhex(json.loads(file.read_text())["hex"])
    quickly = answer(data)
    assert isinstance(quickly, Head) == (file.parent.name == "valid")
    monkeypatch.setattr(head_module, "quick_head", lambda _: None)
    assert answer(data) == quickly


def test_the_commonest_head_vectors_are_read_by_it() -> None:
    read = {file.stem for file in VECTORS if quick_head(bytes.fromhex(json.loads(file.read_text())["hex"]))}
    assert {"plain", "by-an-enterprise"} <= read


def test_the_type_that_a_head_begins_with_is_that_of_the_head():
    """Of every head that is read, in the vectors too; long types and heads with every label among them."""
    long_ = replace(PLAIN, type="a." + "b" * 62)
    full = replace(PLAIN, behalf=PLAIN.issuer, to=PLAIN.issuer, until=1, state=State("trace", bytes(32), 1, bytes(32)))
    heads = [format_head(each) for each in (PLAIN, FOLLOWING, ANSWERING, long_, full)]
    heads += [bytes.fromhex(json.loads(file.read_text())["hex"]) for file in VECTORS]
    read = 0
    for data in heads:
        if isinstance(told := answer(data), Head):
            assert quick_type(data) == told.type
            read += 1
    assert read > 5
    assert [quick_type(data) for data in (b"", b"\xd2", b"\xa6\x01", b"\xa6\x02\x61a", SPELT[0][:8])] == [None] * 5
