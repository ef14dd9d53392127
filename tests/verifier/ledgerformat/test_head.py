from hashlib import sha256

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.ledgerformat.heads import HASHES, heads, plain_heads
from tests.verifier.primitives.properties import bent, parse_or_refuse
from verifier.errors import MalformedError, TooLargeError
from verifier.ledgerformat import head as head_module
from verifier.ledgerformat.head import MAX_HEAD, event_name, format_head, parse_head
from verifier.primitives.cbor import format_cbor

AGENCY = "urn:suyuan:agency:customs"
MEMBERS = {
    1: "clearance.release",
    2: bytes.fromhex("0192f000000070008000000000000000"),
    3: AGENCY,
    5: 1_763_800_000_000,
    6: [["case", bytes(32)], ["trace", bytes(32)]],
    12: b"\x12" * 32,
}


def spelt(**changes):
    """The members with labels changed, or left out where the change is None."""
    changed = MEMBERS | {int(label[1:]): value for label, value in changes.items()}
    return format_cbor({label: value for label, value in changed.items() if value != "left out"})


def names(count):
    return [each.to_bytes(32, "big") for each in range(count)]


@pytest.fixture
def without_quick_reader(monkeypatch):
    monkeypatch.setattr(head_module, "quick_head", lambda _: None)


class TestHead:
    """**Head**: a CBOR map with integer labels. Labels that hold an empty list are left out: there is one spelling."""

    @given(heads())
    def test_what_was_written_is_read(self, head):
        assert parse_head(format_head(head)) == head

    @given(heads())
    def test_cbor2_writes_the_same_bytes(self, head):
        data = format_head(head)
        assert cbor2.dumps(cbor2.loads(data)) == data

    @given(st.one_of(st.binary(max_size=200), bent(plain_heads().map(format_head)), bent(heads().map(format_head))))
    def test_other_bytes_are_read_as_written_or_refused(self, data):
        parse_or_refuse(parse_head, data, format_head)

    @given(plain_heads(), st.data())
    def test_cut_anywhere_is_refused(self, head, data):
        whole = format_head(head)
        with pytest.raises(MalformedError):
            parse_head(whole[: data.draw(st.integers(0, len(whole) - 1))])

    @given(heads())
    def test_principal_is_behalf_if_present_else_the_issuer(self, head):
        assert head.principal == (head.issuer if head.behalf is None else head.behalf)

    @given(heads())
    def test_name_is_its_leaf_in_the_batch(self, head):
        """**Event name** = H(0x00 ‖ head)."""
        assert event_name(format_head(head)) == sha256(b"\x00" + format_head(head)).digest()


class TestQuickReader:
    """It accepts a subset of what the general reader accepts, and returns the very same head."""

    @given(st.one_of(heads(), plain_heads()).map(format_head))
    def test_reads_what_the_general_reader_reads(self, data):
        assert parse_head(data) == generally(data)

    @given(bent(plain_heads().map(format_head)))
    def test_accepts_nothing_else(self, data):
        assert parse_or_refuse(parse_head, data) == parse_or_refuse(generally, data)

    @given(plain_heads())
    def test_is_the_one_that_reads_the_commonest_shape(self, head):
        assert (head_module.quick_head(format_head(head)) is not None) == (head.time >= 1 << 32)


def generally(data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(head_module, "quick_head", lambda _: None)
        return parse_head(data)


class TestLabels:
    @pytest.mark.parametrize("label", sorted(MEMBERS))
    def test_that_are_required_may_not_be_missing(self, label):
        with pytest.raises(MalformedError, match="other labels"):
            parse_head(spelt(**{f"_{label}": "left out"}))

    @pytest.mark.parametrize("label", [0, 13, -1, 255])
    def test_of_other_numbers_are_refused(self, label):
        with pytest.raises(MalformedError, match="other labels"):
            parse_head(format_cbor(MEMBERS | {label: 0}))

    @pytest.mark.parametrize("label", [4, 7, 8, 9, 10, 11])
    def test_that_are_left_out_are_not_written_as_null_or_empty(self, label):
        for empty in (None, [], ""):
            with pytest.raises(MalformedError):
                parse_head(spelt(**{f"_{label}": empty}))

    def test_are_numbers_not_texts(self):
        with pytest.raises(MalformedError):
            parse_head(format_cbor({str(label): value for label, value in MEMBERS.items()}))

    @pytest.mark.parametrize("value", [[], None, 0, b"", "head"])
    def test_stand_in_a_map(self, value):
        with pytest.raises(MalformedError):
            parse_head(format_cbor(value))


@pytest.mark.parametrize(
    ("label", "value", "field"),
    [
        (1, "release", "head.type"),
        (1, "Clearance.release", "head.type"),
        (1, "clearance.", "head.type"),
        (1, "clearance..release", "head.type"),
        (1, "clearance.release2", "head.type"),
        (1, "a." + "b" * 63, "head.type"),
        (1, "clearance.release\n", "head.type"),
        (1, b"clearance.release", "head.type"),
        (2, MEMBERS[2][:15], "head.id"),
        (2, MEMBERS[2] + b"\x00", "head.id"),
        (2, bytes.fromhex("0192f000000040008000000000000000"), "head.id"),
        (2, bytes.fromhex("0192f000000070000000000000000000"), "head.id"),
        (2, bytes.fromhex("0192f00000007000c000000000000000"), "head.id"),
        (2, MEMBERS[2].hex(), "head.id"),
        (3, "urn:suyuan:policy:customs", "head.issuer"),
        (3, "urn:suyuan:agency:", "head.issuer"),
        (3, "urn:suyuan:agency:Customs", "head.issuer"),
        (3, "urn:suyuan:agency:zollbeh\u00f6rde", "head.issuer"),
        (3, "urn:suyuan:enterprise:91350100M000100Y44", "head.issuer"),
        (3, b"urn:suyuan:agency:customs", "head.issuer"),
        (4, "customs", "head.behalf"),
        (5, -1, "head.time"),
        (5, 2**53, "head.time"),
        (5, "2026", "head.time"),
        (6, [["trace", bytes(31)]], "head.joins[0]"),
        (6, [["Trace", bytes(32)]], "head.joins[0]"),
        (6, [["a" * 17, bytes(32)]], "head.joins[0]"),
        (6, [["", bytes(32)]], "head.joins[0]"),
        (6, [["trace"]], "head.joins[0]"),
        (6, [["trace", bytes(32), bytes(32)]], "head.joins[0]"),
        (6, ["trace"], "head.joins[0]"),
        (6, {"trace": bytes(32)}, "head.joins"),
        (6, [["trace", bytes(32)], ["case", bytes(32)]], "head.joins"),
        (6, [["trace", b"\x01" * 32], ["trace", bytes(32)]], "head.joins"),
        (6, [["trace", bytes(32)], ["trace", bytes(32)]], "head.joins"),
        (6, [["trace", name] for name in names(65)], "head.joins"),
        (7, [["registry", bytes(32)]], "head.follows"),
        (7, [["recall", bytes(32)]], "head.follows"),
        (7, [["trace", name] for name in names(65)], "head.follows"),
        (8, [bytes(31)], "head.about[0]"),
        (8, [bytes(32), bytes(32)], "head.about"),
        (8, [b"\x01" * 32, bytes(32)], "head.about"),
        (8, names(65), "head.about"),
        (8, bytes(32), "head.about"),
        (9, "urn:suyuan:book:1", "head.to"),
        (10, -1, "head.until"),
        (10, 2**53, "head.until"),
        (11, ["trace", bytes(32), 1], "head.state"),
        (11, ["trace", bytes(32), -1, bytes(32)], "head.state"),
        (11, ["trace", bytes(32), 1, bytes(31)], "head.state"),
        (11, ["trace", bytes(31), 1, bytes(32)], "head.state"),
        (11, ["!", bytes(32), 1, bytes(32)], "head.state"),
        (11, {}, "head.state"),
        (12, bytes(31), "head.body"),
        (12, bytes(33), "head.body"),
        (12, "00" * 32, "head.body"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(label, value, field, without_quick_reader):
    with pytest.raises(MalformedError) as refusal:
        parse_head(spelt(**{f"_{label}": value}))
    assert refusal.value.field == field


class TestLimits:
    def test_64_joins_follows_and_targets_are_the_most(self):
        links = [["trace", name] for name in names(64)]
        head = parse_head(spelt(_6=links, _7=links, _8=names(64)))
        assert len(head.joins) == len(head.follows) == len(head.about) == 64

    def test_the_greatest_time_is_two_to_the_53_minus_1(self):
        assert parse_head(spelt(_5=2**53 - 1, _10=0)).until == 0

    def test_a_type_name_has_at_most_64_characters(self):
        assert parse_head(spelt(_1="a." + "b" * 62)).type == "a." + "b" * 62

    def test_no_head_is_larger_than_16_384_bytes(self):
        with pytest.raises(TooLargeError, match="at most 16384"):
            parse_head(bytes(MAX_HEAD + 1))

    @given(HASHES)
    def test_pairs_are_sorted_by_kind_before_name(self, name):
        head = parse_head(spelt(_6=[["case", b"\xff" * 32], ["trace", name]]))
        assert [kind for kind, _ in head.joins] == ["case", "trace"]


@pytest.mark.parametrize("time", [0, 23, 24, 255, 256, 2**16, 2**32 - 1, 2**32, 2**53 - 1])
def test_every_length_of_a_time_is_spelt_in_its_shortest_form(time):
    assert format_head(parse_head(spelt(_5=time))) == spelt(_5=time)
