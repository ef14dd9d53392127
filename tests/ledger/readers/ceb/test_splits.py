"""Documents that were split over several messages: every gap is told."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.readers.ceb import Document, report_splits


def part(number: int, count: int, *, message: str = "CEB607", own: str = "EX1", agent: str = "A") -> Document:
    head = {"agentCode": agent, "logisticsCode": agent, "copNo": own, "msgCount": str(count), "msgSeqNo": str(number)}
    return Document(message, f"WayBill[{number}]", head, (), b"")


def test_a_document_that_came_whole_has_no_gap():
    (split,) = report_splits([part(2, 3), part(1, 3), part(3, 3)])
    assert (split.message, split.key, split.count, split.came) == ("CEB607", ("A", "EX1"), 3, 3)
    assert (split.missing, split.repeated, split.beyond) == ((), (), ())
    assert split.complete


def test_a_document_in_one_message_is_complete():
    assert report_splits([part(1, 1)])[0].complete


def test_missing_repeated_and_impossible_parts_are_named():
    (split,) = report_splits([part(number, 6) for number in (2, 2, 5, 7, 0)])
    assert split.missing == (1, 3, 4, 6)
    assert split.repeated == (2,)
    assert split.beyond == (0, 7)
    assert not split.complete


def test_a_part_too_many_is_not_complete():
    (split,) = report_splits([part(number, 2) for number in (1, 2, 3)])
    assert (split.missing, split.beyond) == ((), (3,))
    assert not split.complete


def test_parts_that_disagree_on_how_many_there_are_are_not_complete():
    (split,) = report_splits([part(1, 1), part(2, 2)])
    assert (split.counts, split.count, split.missing) == ((1, 2), 2, ())
    assert not split.complete


def test_each_sender_number_and_type_is_a_document_of_its_own():
    parts = [part(1, 2), part(2, 2, own="EX2"), part(1, 2, agent="B"), part(1, 1, message="CEB507"), part(2, 2)]
    assert [(split.message, split.key, split.missing) for split in report_splits(parts)] == [
        ("CEB607", ("A", "EX1"), ()),
        ("CEB607", ("A", "EX2"), (1,)),
        ("CEB607", ("B", "EX1"), (2,)),
        ("CEB507", ("A", "EX1"), ()),
    ]


def test_other_messages_are_passed_over():
    assert report_splits([Document("CEB311", "Order[1]", {}, (), b"")]) == ()


def test_a_count_of_a_billion_is_no_work():
    (split,) = report_splits([part(3, 999_999_999)])
    assert (len(split.missing), split.missing[:3]) == (1_000, (1, 2, 4))
    assert not split.complete
    assert report_splits([part(-5, -7)])[0].beyond == (-5,)


@given(st.integers(1, 40), st.data())
def test_came_and_missing_are_all_there_are(count, data):
    numbers = data.draw(st.lists(st.integers(1, count), min_size=1))
    (split,) = report_splits([part(number, count) for number in numbers])
    assert sorted({*numbers, *split.missing}) == list(range(1, count + 1))
    assert set(numbers).isdisjoint(split.missing)
    assert split.complete == (len(set(numbers)) == count)
