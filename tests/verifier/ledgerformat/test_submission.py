import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.primitives.properties import bent, parse_or_refuse
from tests.verifier.primitives.strategies import TEXTS
from verifier.errors import MalformedError, TooLargeError, UnsupportedError
from verifier.ledgerformat.submission import MAX_SUBMISSION, Submission, format_submission, parse_submission
from verifier.primitives.cbor import format_cbor

BYTES = st.binary(max_size=30)
WORD = "suyuan submission"
CONTENT = {1: b"statement", 2: [b"head", b"other"], 3: [b"{}", b"{ }"], 4: [["disclosure"], []], 5: [b"attachment"]}


@st.composite
def submissions(draw: st.DrawFn) -> Submission:
    count = draw(st.integers(1, 4))
    disclosures = st.lists(TEXTS, max_size=2).map(tuple)
    return Submission(
        statement=draw(BYTES),
        heads=tuple(draw(st.lists(BYTES, min_size=count, max_size=count))),
        bodies=tuple(draw(st.lists(BYTES, min_size=count, max_size=count))),
        disclosures=tuple(draw(st.lists(disclosures, min_size=count, max_size=count))),
        attachments=tuple(draw(st.lists(BYTES, max_size=2))),
    )


def spelt(**changes):
    changed = CONTENT | {int(label[1:]): value for label, value in changes.items()}
    return format_cbor([WORD, 1, {label: value for label, value in changed.items() if value != "left out"}])


class TestSubmission:
    """**Submission**: statement, heads, bodies, disclosures for each event, attachments. Body n belongs to head n."""

    @given(submissions())
    def test_what_was_written_is_read(self, submission):
        assert parse_submission(format_submission(submission)) == submission

    @given(submissions())
    def test_cbor2_reads_the_same_parts(self, submission):
        word, version, content = cbor2.loads(format_submission(submission))
        assert (word, version) == (WORD, 1)
        assert (content[1], content[2]) == (submission.statement, list(submission.heads))
        assert content.get(4, [[]] * len(submission.heads)) == [list(each) for each in submission.disclosures]
        assert content.get(5, []) == list(submission.attachments)

    @given(st.one_of(st.binary(max_size=80), bent(submissions().map(format_submission))))
    def test_other_bytes_are_read_as_written_or_refused(self, data):
        parse_or_refuse(parse_submission, data, format_submission)

    @pytest.mark.parametrize("version", [0, 2, "1", None, [1]])
    @pytest.mark.parametrize("content", [{}, [], None, CONTENT], ids=["empty", "array", "null", "ours"])
    def test_of_another_version_is_unsupported_whatever_it_holds(self, version, content):
        """A reader looks at word and version first."""
        with pytest.raises(UnsupportedError, match="version"):
            parse_submission(format_cbor([WORD, version, content]))

    @pytest.mark.parametrize(
        "value",
        [
            [],
            {},
            WORD,
            None,
            [WORD],
            [WORD, 1],
            [WORD, 1, []],
            [WORD, 1, CONTENT, 0],
            ["suyuan trace", 1, CONTENT],
            [0, 1, {}],
        ],
    )
    def test_of_another_shape_is_refused(self, value):
        with pytest.raises(MalformedError):
            parse_submission(format_cbor(value))

    def test_has_at_most_16_mib(self):
        with pytest.raises(TooLargeError, match="at most 16777216"):
            parse_submission(bytes(MAX_SUBMISSION + 1))

    def test_has_at_most_4_096_events(self):
        many = [b""] * 4096
        assert len(parse_submission(spelt(_2=many, _3=many, _4="left out")).heads) == 4096
        with pytest.raises(MalformedError, match="1 to 4096"):
            parse_submission(spelt(_2=[*many, b""], _3=[*many, b""], _4="left out"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"_1": "left out"}, "submission"),
        ({"_2": "left out"}, "submission"),
        ({"_3": "left out"}, "submission"),
        ({"_6": b""}, "submission"),
        ({"_0": b""}, "submission"),
        ({"_1": "statement"}, "submission.statement"),
        ({"_1": None}, "submission.statement"),
        ({"_2": []}, "submission.heads"),
        ({"_2": b"head"}, "submission.heads"),
        ({"_2": [b"head", "other"]}, "submission.heads"),
        ({"_3": []}, "submission.bodies"),
        ({"_3": [b"{}", {}]}, "submission.bodies"),
        ({"_2": [b"head"]}, "submission"),
        ({"_3": [b"{}"]}, "submission"),
        ({"_4": [["disclosure"]]}, "submission"),
        ({"_4": [["disclosure"], [], []]}, "submission"),
        ({"_4": [[], []]}, "submission.disclosures"),
        ({"_4": []}, "submission.disclosures"),
        ({"_4": ["disclosure", []]}, "submission.disclosures"),
        ({"_4": [[b"disclosure"], []]}, "submission.disclosures"),
        ({"_4": None}, "submission.disclosures"),
        ({"_5": []}, "submission.attachments"),
        ({"_5": [None]}, "submission.attachments"),
    ],
)
def test_a_wrong_part_is_refused_by_its_name(changes, field):
    parse_submission(spelt())
    with pytest.raises(MalformedError) as refusal:
        parse_submission(spelt(**changes))
    assert refusal.value.field == field


def test_disclosures_and_attachments_are_left_out_where_there_are_none():
    parsed = parse_submission(spelt(_4="left out", _5="left out"))
    assert (parsed.disclosures, parsed.attachments) == (((), ()), ())
