"""Witness policies (C2SP tlog-policy) and trust policies (docs/formats.md, section 8)."""

from tests.vectors.recipe import Book
from tests.vectors.recipes.spell import EDDSA, ML_DSA_44, ORIGIN, H, Key

LOG = Key(EDDSA, "log").vkey(ORIGIN, 1)
PQ_LOG = Key(ML_DSA_44, "log").vkey(ORIGIN, 6)
VKEYS = {name: Key(EDDSA, f"witness {name}").vkey(f"{name}.example", 4) for name in "abcde"}


def lines(*each: str) -> str:
    return "\n".join(each) + "\n"


def witness(*names: str) -> list[str]:
    return [f"witness {name} {VKEYS[name]}" for name in names]


def facts(logs: list[str], witnesses: str, groups: dict, quorum: str | None, reached_by: list[list[str]]) -> dict:
    return {"logs": logs, "witnesses": list(witnesses), "groups": groups, "quorum": quorum, "reached_by": reached_by}


policy = Book("tlog-policy", field="policy")
policy.valid("quorum-none", "no cosignature is needed", facts([], "", {}, None, [[]]), text="quorum none\n")
policy.valid(
    "quorum-of-one-witness",
    "a witness by itself",
    facts([], "ab", {}, "a", [["a"]]),
    text=lines(*witness("a", "b"), "quorum a"),
)
policy.valid(
    "quorum-two-of-three",
    "a threshold",
    facts([], "abc", {"g": [2, ["a", "b", "c"]]}, "g", [["a", "b"], ["a", "c"], ["b", "c"]]),
    text=lines(*witness("a", "b", "c"), "group g 2 a b c", "quorum g"),
)
policy.valid(
    "quorum-of-nested-groups",
    "two of three agencies, and one of two others",
    facts(
        [ORIGIN, ORIGIN],
        "abcde",
        {"customs": [2, ["a", "b", "c"]], "markets": [1, ["d", "e"]], "both": [2, ["customs", "markets"]]},
        "both",
        [[*pair, one] for pair in ("ab", "ac", "bc") for one in "de"],
    ),
    text=lines(
        f"log {LOG} https://log.example/",
        f"log {PQ_LOG}",
        *witness("a", "b", "c"),
        "group customs 2 a b c",
        *witness("d", "e"),
        "group markets any d e",
        "group both all customs markets",
        "quorum both",
    ),
)
policy.valid(
    "comments-tabs-and-indents",
    "spaces and tabs separate; lines of # are passed over",
    facts([], "a", {}, "a", [["a"]]),
    text=f" # a comment\n\t\n \twitness\ta \t{VKEYS['a']}\thttps://a.example/ \n\n  quorum  a\t\n",
)
policy.valid(
    "names-with-other-spaces",
    "only space and tab separate: U+3000 is part of a name",
    facts([], ["a\u3000b"], {}, "a\u3000b", [["a\u3000b"]]),
    text=lines(f"witness a\u3000b {VKEYS['a']}", "quorum a\u3000b"),
)
for name, text, desc in (
    ("empty", "", "exactly one quorum"),
    ("no-final-newline", "quorum none", "every line ends"),
    ("quorum-missing", lines(*witness("a")), "exactly one quorum"),
    ("quorum-twice", lines("quorum none", "quorum none"), "exactly one quorum"),
    ("quorum-without-name", lines("quorum"), "a quorum has a name"),
    ("quorum-of-two-names", lines(*witness("a", "b"), "quorum a b"), "a quorum has one name"),
    ("quorum-before-its-witness", lines("quorum a", *witness("a")), "names are defined before they are used"),
    ("quorum-of-an-unknown-name", lines(*witness("a"), "quorum b"), "names are defined before they are used"),
    ("word-unknown", lines("mirror a", "quorum none"), "log, witness, group or quorum"),
    ("word-in-capitals", lines("QUORUM none"), "log, witness, group or quorum"),
    ("log-without-key", lines("log", "quorum none"), "a log has a key"),
    ("log-with-three-words", lines(f"log {LOG} a b", "quorum none"), "a key and at most a URL"),
    ("log-twice", lines(f"log {LOG}", f"log {LOG}", "quorum none"), "each key once"),
    ("witness-without-name", lines(f"witness {VKEYS['a']}", "quorum none"), "a name and a key"),
    ("witness-with-a-log-s-key-type", lines(f"witness a {LOG}", "quorum a"), "cosigners have types 04 and 06"),
    ("witness-named-none", lines(f"witness none {VKEYS['a']}", "quorum none"), "none is taken"),
    ("witness-name-twice", lines(*witness("a"), f"witness a {VKEYS['b']}", "quorum a"), "each name once"),
    ("witness-key-twice", lines(*witness("a"), f"witness b {VKEYS['a']}", "quorum a"), "each key once"),
    ("witness-with-the-key-of-a-log", lines(f"log {VKEYS['a']}", *witness("a"), "quorum a"), "each key once"),
    ("group-without-members", lines("group g 1", "quorum g"), "at least one member"),
    (
        "group-of-an-unknown-name",
        lines(*witness("a"), "group g 1 b", "quorum g"),
        "names are defined before they are used",
    ),
    ("group-of-itself", lines(*witness("a"), "group g 1 g", "quorum g"), "names are defined before they are used"),
    ("group-of-none", lines("group g 1 none", "quorum g"), "none is no member"),
    ("group-member-twice", lines(*witness("a"), "group g 1 a a", "quorum g"), "a member of at most one group, once"),
    (
        "group-member-of-two",
        lines(*witness("a"), "group g 1 a", "group h 1 a", "quorum h"),
        "a member of at most one group",
    ),
    ("group-name-of-a-witness", lines(*witness("a"), "group a 1 a", "quorum a"), "each name once"),
    ("group-threshold-0", lines(*witness("a"), "group g 0 a", "quorum g"), "1 to the number of members"),
    ("group-threshold-too-high", lines(*witness("a"), "group g 2 a", "quorum g"), "1 to the number of members"),
    ("group-threshold-with-leading-zero", lines(*witness("a"), "group g 01 a", "quorum g"), "one spelling"),
    ("group-threshold-unknown-word", lines(*witness("a"), "group g most a", "quorum g"), "a number, any or all"),
    ("carriage-return", "quorum none\r\n", "no control character but tab and newline"),
    ("delete", "# \x7f\nquorum none\n", "no control character but tab and newline"),
    ("nul", "# \x00\nquorum none\n", "no control character but tab and newline"),
    ("key-id-wrong", lines(f"log {ORIGIN}+00000000+{LOG.split('+', 2)[2]}", "quorum none"), "a key id is the key's"),
):
    policy.refused(name, desc, text=text)

trust = Book("trust-policy", field="trust policy")
CHARTER = H(b"a charter")
FIRST = f"suyuan trust policy v1\ncharter {CHARTER.hex()}\n"
POLICY = lines(*witness("a", "b"), "group customs any a b", "quorum customs")
NONE = {"charter": CHARTER, "max_age": None, "replay": None, "quorum": None}
trust.valid("charter-alone", "the charter's keys and quorum hold", NONE, text=FIRST)
trust.valid("max-age", "seconds", NONE | {"max_age": 86_400}, text=FIRST + "max-age 86400\n")
trust.valid("max-age-0", "nothing is fresh enough", NONE | {"max_age": 0}, text=FIRST + "max-age 0\n")
trust.valid(
    "replay-of-the-charter", "a group of the charter", NONE | {"replay": "auditors"}, text=FIRST + "replay auditors\n"
)
trust.valid("policy-text", "it must be met as well", NONE | {"quorum": "customs"}, text=f"{FIRST}\n{POLICY}")
trust.valid(
    "everything",
    "all lines, in order",
    NONE | {"max_age": 60, "replay": "customs", "quorum": "customs"},
    text=f"{FIRST}max-age 60\nreplay customs\n\n{POLICY}",
)
trust.valid(
    "policy-text-with-empty-lines",
    "the first empty line separates",
    NONE,
    text=f"{FIRST}\n\n# a comment\n\nquorum none\n",
)
for name, text, desc in (
    ("empty", "", "a first line"),
    ("charter-missing", "suyuan trust policy v1\nmax-age 1\n", "a charter line"),
    ("charter-twice", FIRST + FIRST.splitlines()[1] + "\n", "one charter line"),
    ("charter-in-capitals", FIRST.replace(CHARTER.hex(), CHARTER.hex().upper()), "hex is lower case"),
    ("charter-of-31-bytes", FIRST.replace(CHARTER.hex(), CHARTER.hex()[2:]), "a hash has 32 bytes"),
    ("charter-behind-two-spaces", FIRST.replace("charter ", "charter  "), "one space"),
    ("first-line-indented", " " + FIRST, "the first line as it is"),
    ("first-line-with-byte-order-mark", "\ufeff" + FIRST, "the first line as it is"),
    ("carriage-returns", FIRST.replace("\n", "\r\n"), "lines end in a newline"),
    ("no-final-newline", FIRST[:-1], "every line ends"),
    ("max-age-with-leading-zero", FIRST + "max-age 01\n", "one spelling"),
    ("max-age-negative", FIRST + "max-age -1\n", "a number of seconds"),
    ("max-age-without-number", FIRST + "max-age\n", "a number of seconds"),
    ("max-age-twice", FIRST + "max-age 1\nmax-age 1\n", "once"),
    ("max-age-behind-replay", FIRST + "replay auditors\nmax-age 1\n", "in this order"),
    ("replay-without-name", FIRST + "replay \n", "a name"),
    ("replay-of-two-names", FIRST + "replay a b\n", "one name"),
    ("replay-not-in-the-policy-text", f"{FIRST}replay auditors\n\n{POLICY}", "a group of the text that is there"),
    ("line-unknown", FIRST + "min-age 1\n", "charter, max-age and replay"),
    ("empty-line-without-policy-text", FIRST + "\n", "the empty line and the text are optional together"),
    ("policy-text-without-empty-line", FIRST + POLICY, "an empty line before the text"),
    ("policy-text-without-final-newline", f"{FIRST}\nquorum none", "every line ends"),
    ("policy-text-without-quorum", f"{FIRST}\n# nothing\n", "exactly one quorum"),
):
    trust.refused(name, desc, text=text)
trust.refused("version-2", "another version", error="UnsupportedError", text=FIRST.replace("v1", "v2"))
trust.refused("not-utf-8", "UTF-8", hex=FIRST.encode() + b"replay \xff\n")
