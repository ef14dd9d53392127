from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.primitives.notes import named_key
from tests.verifier.primitives.properties import bent_text, parse_or_refuse
from verifier.errors import MalformedError
from verifier.primitives.note import format_vkey
from verifier.primitives.tlog_policy import Group, parse_tlog_policy

LOG, WITNESSES = named_key(1, "log")[0], {name: named_key(4, name)[0] for name in "abcdef"}
VKEY = {name: format_vkey(key) for name, key in WITNESSES.items()}
NESTED = f"""log {format_vkey(LOG)} https://log.example/
# two of three customs agencies
witness a {VKEY["a"]}
witness b {VKEY["b"]} https://b.example/
witness c {VKEY["c"]}
group customs 2 a b c

witness d {VKEY["d"]}
witness e {VKEY["e"]}
group markets any d e
group both all customs markets
quorum both
"""


def lines(*words):
    return "\n".join(words) + "\n"


def witness(*names):
    return [f"witness {name} {VKEY[name]}" for name in names]


SOME_LINES = [
    *witness("a", "b"),
    f"log {format_vkey(LOG)}",
    "group g 1 a",
    "group g all a b",
    "group h any g",
    "quorum a",
    "quorum g",
    "quorum none",
    "# quorum a",
    " \t",
]


class TestQuorum:
    """The rule that determines whether or not a subset of witnesses that have cosigned a checkpoint is strong enough.
    C2SP tlog-policy."""

    def test_of_nested_groups_is_reached_by_exactly_these_sets(self):
        policy = parse_tlog_policy(NESTED)
        for cosigned in chain.from_iterable(combinations("abcde", count) for count in range(6)):
            strong = len({"a", "b", "c"} & set(cosigned)) >= 2 and len({"d", "e"} & set(cosigned)) >= 1
            assert policy.satisfied(policy.quorum, [WITNESSES[name] for name in cosigned]) == strong

    @pytest.mark.parametrize("threshold", [1, 2, 3])
    def test_of_a_group_counts_to_its_threshold(self, threshold):
        policy = parse_tlog_policy(lines(*witness("a", "b", "c"), f"group g {threshold} a b c", "quorum g"))
        for count in range(4):
            cosigned = [WITNESSES[name] for name in "abc"[:count]]
            assert policy.satisfied("g", cosigned) == (count >= threshold)

    def test_of_one_witness_is_its_cosignature(self):
        policy = parse_tlog_policy(lines(*witness("a", "b"), "quorum a"))
        assert policy.satisfied(policy.quorum, [WITNESSES["a"]])
        assert not policy.satisfied(policy.quorum, [WITNESSES["b"], LOG])

    def test_of_none_is_always_reached(self):
        policy = parse_tlog_policy("quorum none\n")
        assert policy.quorum is None
        assert policy.satisfied(policy.quorum, [])

    def test_is_not_reached_by_the_same_name_under_another_key(self):
        policy = parse_tlog_policy(lines(*witness("a"), "quorum a"))
        assert not policy.satisfied("a", [named_key(6, "a")[0]])


class TestPolicyText:
    """Line based; items separated by ASCII spaces and tabs only; exactly one quorum line. C2SP tlog-policy."""

    def test_gives_logs_witnesses_and_groups(self):
        policy = parse_tlog_policy(NESTED)
        assert policy.logs == (LOG,)
        assert list(policy.witnesses) == list("abcde")
        assert policy.groups["customs"] == Group(2, ("a", "b", "c"))
        assert policy.groups["both"] == Group(2, ("customs", "markets"))
        assert policy.keys == (LOG, *(WITNESSES[name] for name in "abcde"))

    @given(st.one_of(st.text(max_size=60), bent_text(st.just(NESTED))))
    def test_is_read_or_refused(self, text):
        parse_or_refuse(parse_tlog_policy, text)

    @given(st.lists(st.sampled_from(SOME_LINES), max_size=8))
    def test_of_shuffled_lines_is_read_or_refused(self, words):
        policy = parse_or_refuse(parse_tlog_policy, lines(*words))
        if policy is not None:
            assert sum(each.startswith("quorum") for each in words) == 1
            policy.satisfied(policy.quorum, [])

    def test_may_be_indented_and_separated_by_tabs(self):
        assert parse_tlog_policy(f" \twitness\ta \t{VKEY['a']}  \n\t \n  # x\n\tquorum  a\t\n").quorum == "a"

    @pytest.mark.parametrize("space", "\u00a0\u2003\u3000\u0085\u2028")
    def test_other_spaces_are_part_of_a_name(self, space):
        policy = parse_tlog_policy(lines(f"witness a{space}b {VKEY['a']}", f"quorum a{space}b"))
        assert policy.quorum == f"a{space}b"
        assert parse_tlog_policy(lines(f"witness {space} {VKEY['a']}", f"quorum {space}")).quorum == space

    @pytest.mark.parametrize("sign", "\x00\x0b\x0c\r\x1c\x1f\x7f")
    def test_no_other_control_character_stands_in_it(self, sign):
        with pytest.raises(MalformedError, match="control character"):
            parse_tlog_policy(f"# {sign}\nquorum none\n")

    def test_names_are_compared_as_octets(self):
        """U+212A looks like K, and is another name."""
        policy = parse_tlog_policy(lines(f"witness K {VKEY['a']}", f"witness \u212a {VKEY['b']}", "quorum K"))
        assert policy.satisfied("K", [WITNESSES["a"]])
        assert not policy.satisfied("K", [WITNESSES["b"]])

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", "lines of text"),
            ("quorum none", "lines of text"),
            ("\n", "exactly one"),
            (lines("quorum none", "quorum none"), "exactly one"),
            (lines("quorum"), "exactly one"),
            (lines("quorum none none"), "exactly one"),
            (lines("quorum a", *witness("a")), "defined before"),
            (lines("qourum none"), "log, witness, group or quorum"),
            (lines("Quorum none"), "log, witness, group or quorum"),
            (lines("log"), "log <vkey>"),
            (lines(f"log {format_vkey(LOG)} u u"), "log <vkey>"),
            (lines(f"witness {VKEY['a']}"), "witness <name>"),
            (lines(f"witness a {VKEY['a']} u u"), "witness <name>"),
            (lines(f"witness a {format_vkey(LOG)}"), "type 04 or 06"),
            (lines(*witness("a", "a")), "each key once"),
            (lines(*witness("a"), f"witness b {VKEY['a']}"), "each key once"),
            (lines(f"log {VKEY['a']}", *witness("a")), "each key once"),
            (lines(*witness("a"), f"witness a {VKEY['b']}"), "not taken"),
            (lines(f"witness none {VKEY['a']}"), "not taken"),
            (lines(*witness("a"), "group a 1 a"), "not taken"),
            (lines(*witness("a"), "group none 1 a"), "not taken"),
            (lines(*witness("a"), "group g 1"), "group <name>"),
            (lines(*witness("a"), "group g 1 b"), "defined before"),
            (lines(*witness("a"), "group g 1 g"), "defined before"),
            (lines(*witness("a"), "group g 1 none"), "defined before"),
            (lines(*witness("a"), "group g 1 a a"), "at most one group"),
            (lines(*witness("a"), "group g 1 a", "group h 1 a"), "at most one group"),
            (lines(*witness("a", "b"), "group g 0 a b"), "1 to 2"),
            (lines(*witness("a", "b"), "group g 3 a b"), "1 to 2"),
            (lines(*witness("a", "b"), "group g 02 a b"), "leading zero"),
            (lines(*witness("a", "b"), "group g some a b"), "decimal"),
        ],
    )
    def test_that_defines_no_one_rule_is_refused(self, text, expected):
        with pytest.raises(MalformedError, match=expected):
            parse_tlog_policy(text)

    def test_has_at_most_256_witnesses_and_groups(self):
        groups = [f"group g{each} 1 {'a' if not each else f'g{each - 1}'}" for each in range(256)]
        deepest = parse_tlog_policy(lines(*witness("a"), *groups[:255], "quorum g254"))
        assert deepest.satisfied("g254", [WITNESSES["a"]])
        with pytest.raises(MalformedError, match="at most 256"):
            parse_tlog_policy(lines(*witness("a"), *groups, "quorum g0"))
