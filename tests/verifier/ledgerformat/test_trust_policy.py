import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.primitives.notes import named_key
from tests.verifier.primitives.properties import bent, parse_or_refuse
from verifier.errors import MalformedError, UnsupportedError
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy, parse_trust_policy
from verifier.primitives.note import format_vkey
from verifier.primitives.tlog_policy import parse_tlog_policy

CHARTER = "ab" * 32
FIRST = f"suyuan trust policy v1\ncharter {CHARTER}\n"
POLICY = f"witness w {format_vkey(named_key(4, 'w')[0])}\ngroup customs any w\nquorum customs\n"
WHOLE = f"{FIRST}max-age 86400\nreplay customs\n\n{POLICY}"


@st.composite
def trust_policies(draw: st.DrawFn) -> TrustPolicy:
    text = draw(st.sampled_from(["", POLICY, "quorum none\n", f"\n# a comment\n{POLICY}\n"]))
    return TrustPolicy(
        charter=draw(st.binary(min_size=32, max_size=32)),
        max_age=draw(st.none() | st.integers(0, 2**63 - 1)),
        replay=draw(st.none() | st.sampled_from(["customs", "w"])) if "customs" in text else None,
        policy=parse_tlog_policy(text) if text else None,
        policy_text=text,
    )


def parsed(text):
    return parse_trust_policy(text.encode())


class TestTrustPolicy:
    """UTF-8, lines end in newline. `max-age` and `replay` are optional and in this order; the empty line and the policy
    text are optional together. Decimal numbers have no leading zero."""

    @given(trust_policies())
    def test_what_was_written_is_read(self, policy):
        assert parse_trust_policy(format_trust_policy(policy)) == policy

    @given(st.one_of(st.binary(max_size=80), bent(trust_policies().map(format_trust_policy))))
    def test_other_bytes_are_read_as_written_or_refused(self, data):
        parse_or_refuse(parse_trust_policy, data, format_trust_policy)

    @given(st.lists(st.sampled_from([*WHOLE.splitlines(keepends=True), "\n", "replay x", "max-age 0\n"]), max_size=7))
    def test_other_lines_are_read_as_written_or_refused(self, lines):
        parse_or_refuse(parse_trust_policy, "".join(lines).encode(), format_trust_policy)

    def test_says_whom_to_trust(self):
        policy = parsed(WHOLE)
        assert (policy.charter.hex(), policy.max_age, policy.replay) == (CHARTER, 86_400, "customs")
        assert policy.policy.quorum == "customs"
        assert policy.policy_text == POLICY

    def test_of_the_charter_alone_leaves_the_rest_to_the_charter(self):
        assert parsed(FIRST) == TrustPolicy(bytes.fromhex(CHARTER))

    def test_may_name_a_group_of_the_charter_where_it_has_no_policy_text(self):
        assert parsed(f"{FIRST}replay customs\n").replay == "customs"

    @pytest.mark.parametrize("line", ["suyuan trust policy v2", "suyuan trust policy v10", "suyuan trust policy v0"])
    def test_of_another_version_is_unsupported(self, line):
        with pytest.raises(UnsupportedError, match="trust policy"):
            parsed(FIRST.replace("suyuan trust policy v1", line))

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "suyuan trust policy v1",
            "suyuan trust policy v1\n",
            FIRST[:-1],
            "\n" + FIRST,
            "\ufeff" + FIRST,
            FIRST.replace("v1", "v1 "),
            FIRST.replace("suyuan", "Suyuan"),
            FIRST.replace("v1\n", "v1\r\n"),
            FIRST.replace(CHARTER, CHARTER.upper()),
            FIRST.replace(CHARTER, CHARTER[2:]),
            FIRST.replace(CHARTER, CHARTER + " "),
            FIRST.replace("charter ", "charter  "),
            FIRST.replace("charter ", "charter"),
            FIRST + FIRST.splitlines(keepends=True)[1],
            FIRST + "max-age 086400\n",
            FIRST + "max-age -1\n",
            FIRST + "max-age \n",
            FIRST + "max-age\n",
            FIRST + "max-age 1 \n",
            FIRST + f"max-age {2**63}\n",
            FIRST + "replay customs\nmax-age 1\n",
            FIRST + "max-age 1\nmax-age 1\n",
            FIRST + "replay \n",
            FIRST + "replay\n",
            FIRST + "other 1\n",
            FIRST + "\n",
            FIRST + "\n\n",
            FIRST + "replay customs\n\nquorum none\n",
            FIRST + "replay none\n\nquorum none\n",
            FIRST + "\nquorum none",
            FIRST + "\nquorum some\n",
            "suyuan trust policy v1\nmax-age 1\n" + FIRST.splitlines(keepends=True)[1],
        ],
    )
    def test_of_another_shape_is_refused(self, text):
        with pytest.raises(MalformedError):
            parsed(text)

    @pytest.mark.parametrize("data", [b"\xff", FIRST.encode() + b"replay \xff\n"])
    def test_that_is_no_utf_8_is_refused(self, data):
        with pytest.raises(MalformedError, match="UTF-8"):
            parse_trust_policy(data)

    @pytest.mark.parametrize("name", ["two words", "a\tb", " a", "a ", "a\u0000b"])
    def test_a_replay_group_is_one_word(self, name):
        with pytest.raises(MalformedError):
            parsed(f"{FIRST}replay {name}\n")
