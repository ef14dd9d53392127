import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.ledgerformat.bodies import as_bytes, with_one_part_exchanged
from tests.verifier.primitives.properties import bent, parse_or_refuse
from verifier.errors import MalformedError, TooLargeError, UnsupportedError
from verifier.ledgerformat.type_rules import parse_amount
from verifier.ledgerformat.vocabulary import MAX_TYPE_FILE, Answers, OrderRule, matches, matches_any, parse_type
from verifier.vocabulary import registry_types, type_files

FILES = type_files() | type_files(registry=True)
PARCEL = {"form": "handle:parcel", "joins": ["trace"]}
ITEMS = {"form": "item", "many": True, "joins": ["trace"]}
TYPE = {
    "type": "transport.packing",
    "version": 1,
    "mapping": 1,
    "stage": "transport",
    "title": {"zh": "装箱", "en": "Packing"},
    "roles": ["carrier"],
    "subjects": {"parcel": PARCEL},
    "head": {},
    "schema": {},
    "disclosures": {},
}


def parsed(**changes):
    return parse_type(as_bytes(TYPE | changes))


class TestTypeFile:
    """A **type file** is a JSON object (at most 32,768 bytes). Unknown members are refused."""

    @pytest.mark.parametrize("name", sorted(FILES))
    def test_of_the_vocabulary_is_read_under_its_name(self, name):
        assert parse_type(FILES[name]).name == name

    @given(st.one_of(st.binary(max_size=80), bent(st.sampled_from(sorted(FILES.values())))))
    def test_of_other_bytes_is_read_or_refused(self, data):
        parse_or_refuse(parse_type, data)

    @given(with_one_part_exchanged(st.sampled_from(sorted(FILES.values())).map(json.loads)).map(as_bytes))
    def test_with_one_part_exchanged_is_read_or_refused(self, data):
        parse_or_refuse(parse_type, data)

    @pytest.mark.parametrize("member", sorted(TYPE))
    def test_needs_each_of_its_members(self, member):
        with pytest.raises(MalformedError, match="a type's members"):
            parse_type(as_bytes({name: value for name, value in TYPE.items() if name != member}))

    @pytest.mark.parametrize("name", ["more", "Type", "$schema", ""])
    def test_with_an_unknown_member_is_refused(self, name):
        with pytest.raises(MalformedError, match="a type's members"):
            parsed(**{name: 0})

    @pytest.mark.parametrize("value", [[], None, 0, "type", True])
    def test_is_an_object(self, value):
        with pytest.raises(MalformedError):
            parse_type(as_bytes(value))

    @pytest.mark.parametrize("mapping", [0, 2, "1", None, True, [1]])
    def test_of_another_mapping_is_unsupported(self, mapping):
        with pytest.raises(UnsupportedError, match="mapping"):
            parsed(mapping=mapping)

    def test_has_at_most_32_768_bytes(self):
        assert parse_type(as_bytes(TYPE).ljust(MAX_TYPE_FILE)).version == 1
        with pytest.raises(TooLargeError, match="at most 32768"):
            parse_type(as_bytes(TYPE).ljust(MAX_TYPE_FILE + 1))

    def test_says_what_it_says(self):
        kind = parsed(
            subjects={"parcel": PARCEL | {"follows": ["case"]}, "items": ITEMS | {"optional": True, "opens": ["item"]}},
            answers={"types": ["order.*"], "most": 3, "by": ["agency"]},
            closes="follows",
            head={"to": "required", "until": "optional"},
            disclosures={"/buyer": {"audience": "parties"}, "/photo": {"audience": "public", "attachment": True}},
            order=[{"code": "paid", "after": ["order.payment"], "in": "reach", "by": "time", "refuse": False}],
            late=1000,
        )
        assert kind.joined_kinds == {"trace", "case", "registry", "member"}
        assert (kind.followed_kinds, kind.opened_forms) == ({"case"}, {"item"})
        assert kind.subjects["items"].many
        assert not kind.subjects["parcel"].many
        assert kind.answers == Answers(("order.*",), 3, frozenset({"agency"}))
        assert (kind.closes, kind.ends, kind.permanent, kind.late) == (True, False, False, 1000)
        assert kind.head == {"to": True, "until": False}
        assert [rule.attachment for rule in kind.disclosures.values()] == [False, True]
        assert kind.order == (
            OrderRule("paid", "after", "reach", refuse=False, patterns=("order.payment",), by_time=True),
        )

    def test_without_answers_joins_only_what_its_roles_give(self):
        assert parsed().joined_kinds == {"trace"}


LAST = {"code": "held", "last": ["a.held", "a.lifted"], "is": ["a.lifted"], "in": "history", "refuse": True}
NEEDS = {"code": "gone", "last": ["a.gone", "a.come"], "needs": ["a.gone"], "in": "trace", "refuse": True}
ADVANCES = {"code": "again", "advances": True, "in": "trace", "refuse": False}
COUNT = {"code": "overdrawn", "role": "parcel", "amount": "/quantity", "sign": "subtract", "least": "0", "most": "9.5"}
STATE = {"head": {"state": "required"}}


class TestRules:
    """Rules of order and counters are read as section 15 and 5 have them, and no others are."""

    def test_what_the_latest_must_be(self):
        (rule,) = parsed(order=[LAST]).order
        assert (rule.demand, rule.last, rule.patterns) == ("last", ("a.held", "a.lifted"), ("a.lifted",))
        assert (rule.kind, rule.reach, rule.refuse) == (None, False, True)
        assert parsed(order=[LAST | {"is": []}]).order[0].patterns == ()

    def test_what_must_be_there_as_the_latest(self):
        (rule,) = parsed(order=[NEEDS]).order
        assert (rule.demand, rule.patterns, rule.kind) == ("needs", ("a.gone",), "trace")

    def test_what_each_that_is_followed_must_have(self):
        given = {"code": "left", "after": ["a.gone"], "in": "each", "by": "position", "refuse": True}
        (rule,) = parsed(order=[given]).order
        assert (rule.demand, rule.kind, rule.reach, rule.each) == ("after", None, True, True)
        with pytest.raises(MalformedError, match="each is of after alone"):
            parsed(order=[LAST | {"in": "each"}])

    def test_what_must_advance(self):
        (rule,) = parsed(order=[ADVANCES], **STATE).order
        assert (rule.demand, rule.kind, rule.refuse) == ("advances", "trace", False)

    def test_any_kind_that_the_type_joins_may_be_named(self):
        claim = {"form": "claim", "joins": ["claim"]}
        once = {"code": "claimed", "once": True, "in": "claim", "refuse": True}
        assert parsed(subjects={"claim": claim}, order=[once]).order[0].kind == "claim"

    @pytest.mark.parametrize(("window", "follows"), [("inside", ["trace"]), ("before", ["trace", "case"])])
    def test_windows(self, window, follows):
        role = PARCEL | {"follows": follows, "window": window}
        assert parsed(subjects={"parcel": role}).subjects["parcel"].window == window
        assert parsed().subjects["parcel"].window is None

    def test_a_counter_has_its_bounds_in_hundred_thousandths(self):
        (count,) = parsed(counts=[COUNT]).counts
        assert (count.code, count.role, count.amount, count.adds) == ("overdrawn", "parcel", "/quantity", False)
        assert (count.least, count.most) == (0, 950_000)
        (free,) = parsed(counts=[{"code": "a", "role": "parcel", "amount": "/n", "sign": "add"}]).counts
        assert (free.adds, free.least, free.most) == (True, None, None)

    def test_the_amount_may_be_a_whole_disclosure(self):
        shown = {"disclosures": {"/quantity": {"audience": "parties"}}}
        assert parsed(counts=[COUNT], **shown).counts[0].amount == "/quantity"


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("0", 0),
        ("1", 100_000),
        ("-0.5", -50_000),
        ("9999999999999.99999", 10**18 - 1),
        ("0.00001", 1),
        ("1.10", 110_000),
    ],
)
def test_a_decimal_is_a_whole_number_of_hundred_thousandths(text, units):
    assert parse_amount(text, "amount") == units


@pytest.mark.parametrize(
    "value",
    [
        "",
        "-",
        "01",
        "1.",
        ".5",
        "+1",
        "-0",
        "-0.000",
        "1e3",
        "0.000001",
        "10000000000000",
        "\uff11",
        " 1",
        "1\n",
        1,
        1.5,
        None,
    ],
)
def test_another_spelling_of_a_number_is_no_decimal(value):
    with pytest.raises(MalformedError, match="amount"):
        parse_amount(value, "amount")


@pytest.mark.parametrize("value", [False, None, 0, 1, "true", "", [], {}])
@pytest.mark.parametrize("member", ["many", "optional", "permanent", "attachment"])
def test_switches_appear_only_as_true(member, value):
    """`many`, `optional`, `attachment`, `permanent` appear only as `true`."""
    changes = {
        "permanent": {"permanent": value},
        "attachment": {"disclosures": {"/a": {"audience": "public", "attachment": value}}},
    }.get(member, {"subjects": {"parcel": PARCEL | {member: value}}})
    with pytest.raises(MalformedError, match=member):
        parsed(**changes)


@pytest.mark.parametrize(("member", "word"), [("closes", "follows"), ("ends", "custody")])
def test_closes_and_ends_have_one_word_each(member, word):
    answers = {"types": ["*"], "most": 1, "by": ["agency"]}
    assert getattr(parsed(answers=answers, **{member: word}), member)
    for other in (None, "", "other", True, [word], {}):
        with pytest.raises(MalformedError, match=member):
            parsed(answers=answers, **{member: other})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "packing"}, "type.type"),
        ({"type": "Transport.packing"}, "type.type"),
        ({"type": "a." + "b" * 63}, "type.type"),
        ({"type": None}, "type.type"),
        ({"version": 0}, "type.version"),
        ({"version": True}, "type.version"),
        ({"version": "1"}, "type.version"),
        ({"stage": "After Sales"}, "type.stage"),
        ({"title": {"zh": "装箱"}}, "type.title"),
        ({"title": {"zh": "装箱", "en": "Packing", "fr": "Emballage"}}, "type.title"),
        ({"title": {"zh": "", "en": "Packing"}}, "type.title"),
        ({"title": {"zh": [], "en": "Packing"}}, "type.title"),
        ({"roles": "carrier"}, "type.roles"),
        ({"roles": ["*", "carrier"]}, "type.roles"),
        ({"roles": [["carrier"]]}, "type.roles"),
        ({"subjects": []}, "type.subjects"),
        ({"subjects": {"Parcel": PARCEL}}, "type.subjects.Parcel"),
        ({"subjects": {"parcel": {}}}, "type.subjects.parcel"),
        ({"subjects": {"parcel": PARCEL | {"more": 0}}}, "type.subjects.parcel"),
        ({"subjects": {"parcel": PARCEL | {"form": []}}}, "type.subjects.parcel"),
        ({"subjects": {"parcel": PARCEL | {"form": "parcel"}}}, "type.subjects.parcel.form"),
        ({"subjects": {"parcel": PARCEL | {"form": "handle:"}}}, "type.subjects.parcel.form"),
        ({"subjects": {"parcel": PARCEL | {"form": "handle:enterprise"}}}, "type.subjects.parcel.form"),
        ({"subjects": {"parcel": PARCEL | {"form": "handle:list"}}}, "type.subjects.parcel.form"),
        ({"subjects": {"parcel": PARCEL | {"form": [["item"]]}}}, "type.subjects.parcel.form"),
        ({"subjects": {"parcel": PARCEL | {"joins": "trace"}}}, "type.subjects.parcel.joins"),
        ({"subjects": {"parcel": PARCEL | {"joins": ["Trace"]}}}, "type.subjects.parcel.joins"),
        ({"subjects": {"parcel": PARCEL | {"joins": None}}}, "type.subjects.parcel.joins"),
        ({"subjects": {"parcel": PARCEL | {"follows": ["recall"]}}}, "type.subjects.parcel"),
        ({"subjects": {"parcel": PARCEL | {"opens": ["item"]}}}, "type.subjects.parcel"),
        ({"subjects": {"parcel": PARCEL | {"joins": ["case"], "opens": ["handle:parcel"]}}}, "type.subjects.parcel"),
        ({"subjects": {"parcel": PARCEL | {"of": None}}}, "type.subjects.parcel.of"),
        ({"subjects": {"parcel": PARCEL | {"of": "parcel"}}}, "type.subjects.parcel.of"),
        ({"subjects": {"parcel": PARCEL, "product": {"form": "product", "of": "parcel"}}}, "type.subjects.product.of"),
        ({"subjects": {"parcel": PARCEL, "product": {"form": "product", "of": "more"}}}, "type.subjects.product.of"),
        ({"subjects": {"items": ITEMS, "unit": {"form": ["product", "unit"], "of": "items"}}}, "type.subjects.unit.of"),
        ({"subjects": {"parcel": {"form": "handle:parcel"}}}, "type.subjects"),
        ({"subjects": {}}, "type.subjects"),
        ({"answers": {"types": ["*"], "most": 0, "by": ["agency"]}}, "type.answers.most"),
        ({"answers": {"types": ["*"], "most": 65, "by": ["agency"]}}, "type.answers"),
        ({"answers": {"types": ["*"], "most": 1, "by": []}}, "type.answers"),
        ({"answers": {"types": ["*"], "most": 1, "by": ["owner"]}}, "type.answers"),
        ({"answers": {"types": [], "most": 1, "by": ["agency"]}}, "type.answers.types"),
        ({"answers": {"types": ["order"], "most": 1, "by": ["agency"]}}, "type.answers.types"),
        ({"answers": {"types": ["order.pl*"], "most": 1, "by": ["agency"]}}, "type.answers.types"),
        ({"answers": {"types": ["*.placed"], "most": 1, "by": ["agency"]}}, "type.answers.types"),
        ({"answers": {"types": ["*"], "most": 1}}, "type.answers"),
        ({"answers": None}, "type.answers"),
        ({"closes": "follows"}, "type.closes"),
        ({"head": {"body": "required"}}, "type.head"),
        ({"head": {"to": True}}, "type.head"),
        ({"head": {"to": []}}, "type.head"),
        ({"head": {"to": {}}}, "type.head"),
        ({"head": {"to": None}}, "type.head"),
        ({"schema": []}, "type.schema"),
        ({"disclosures": {"buyer": {"audience": "public"}}}, "type.disclosures['buyer'].pointer"),
        ({"disclosures": {"/buyer": {}}}, "type.disclosures['/buyer']"),
        ({"disclosures": {"/buyer": {"audience": "all"}}}, "type.disclosures['/buyer'].audience"),
        ({"disclosures": {"/buyer": {"audience": ["public"]}}}, "type.disclosures['/buyer'].audience"),
        ({"disclosures": {"/a": {"audience": "public"}, "/a/b": {"audience": "public"}}}, "type.disclosures"),
        ({"late": 0}, "type.late"),
        ({"late": True}, "type.late"),
        ({"order": {}}, "type.order"),
        ({"order": [{"code": "a", "once": False, "in": "history", "refuse": True}]}, "type.order[0].once"),
        ({"order": [{"code": "a", "once": True, "in": "log", "refuse": True}]}, "type.order[0].in"),
        ({"order": [{"code": "a", "once": True, "in": ["history"], "refuse": True}]}, "type.order[0].in"),
        ({"order": [{"code": "a", "once": True, "in": "history", "refuse": 1}]}, "type.order[0]"),
        ({"order": [{"code": "A", "once": True, "in": "history", "refuse": True}]}, "type.order[0].code"),
        ({"order": [{"code": "a", "once": True, "in": "history"}]}, "type.order[0]"),
        ({"order": [{"code": "a", "after": [], "in": "history", "by": "time", "refuse": True}]}, "type.order[0].after"),
        ({"order": [{"code": "a", "after": ["*"], "in": "history", "by": "leaf", "refuse": True}]}, "type.order[0]"),
        ({"order": [{"code": "a", "once": True, "in": "member", "refuse": True}]}, "type.order[0].in"),
        ({"order": [LAST | {"in": "claim"}]}, "type.order[0].in"),
        ({"order": [LAST | {"last": []}]}, "type.order[0].last"),
        ({"order": [LAST | {"is": "a.lifted"}]}, "type.order[0].is"),
        ({"order": [LAST | {"is": ["held"]}]}, "type.order[0].is"),
        ({"order": [LAST | {"by": "time"}]}, "type.order[0]"),
        ({"order": [LAST | {"needs": ["a.gone"]}]}, "type.order[0]"),
        ({"order": [LAST | {"refuse": None}]}, "type.order[0]"),
        ({"order": [NEEDS | {"needs": []}]}, "type.order[0].needs"),
        ({"order": [NEEDS | {"last": [1]}]}, "type.order[0].last"),
        ({"order": [NEEDS | {"in": "reach"}]}, "type.order[0].in"),
        ({"order": [NEEDS | {"in": None}]}, "type.order[0].in"),
        ({"order": [ADVANCES]}, "type.order[0].advances"),
        ({"order": [ADVANCES], "head": {"state": "optional"}}, "type.order[0].advances"),
        ({"order": [ADVANCES | {"in": "history"}]} | STATE, "type.order[0].in"),
        ({"order": [ADVANCES | {"in": "member"}]} | STATE, "type.order[0].in"),
        ({"order": [ADVANCES | {"advances": 1}]} | STATE, "type.order[0].advances"),
        (
            {"subjects": {"it": {"form": "book", "joins": ["trace", "note"]}}, "order": [LAST | {"in": "note"}]},
            "type.order[0].in",
        ),
        ({"subjects": {"parcel": PARCEL | {"window": "inside"}}}, "type.subjects.parcel.window"),
        ({"subjects": {"parcel": PARCEL | {"follows": ["trace"], "window": "after"}}}, "type.subjects.parcel.window"),
        ({"subjects": {"parcel": PARCEL | {"follows": ["trace"], "window": None}}}, "type.subjects.parcel.window"),
        ({"subjects": {"parcel": PARCEL | {"follows": ["trace"], "window": []}}}, "type.subjects.parcel.window"),
        ({"counts": {}}, "type.counts"),
        ({"counts": [[]]}, "type.counts[0]"),
        ({"counts": [COUNT | {"more": 1}]}, "type.counts[0]"),
        ({"counts": [COUNT | {"code": "A"}]}, "type.counts[0].code"),
        ({"counts": [COUNT | {"sign": "-"}]}, "type.counts[0].sign"),
        ({"counts": [COUNT | {"sign": []}]}, "type.counts[0].sign"),
        ({"counts": [COUNT | {"role": "items"}]}, "type.counts[0].role"),
        ({"counts": [COUNT | {"role": []}]}, "type.counts[0]"),
        ({"counts": [COUNT | {"amount": "quantity"}]}, "type.counts[0].amount.pointer"),
        ({"counts": [COUNT | {"amount": 1}]}, "type.counts[0]"),
        ({"counts": [COUNT | {"least": 0}]}, "type.counts[0].least"),
        ({"counts": [COUNT | {"most": "1e3"}]}, "type.counts[0].most"),
        ({"counts": [COUNT | {"least": "10"}]}, "type.counts[0]"),
        ({"counts": [COUNT], "disclosures": {"/quantity/unit": {"audience": "public"}}}, "type.counts[0].amount"),
        (
            {"counts": [COUNT | {"amount": "/a/b"}], "disclosures": {"/a": {"audience": "public"}}},
            "type.counts[0].amount",
        ),
        (
            {"counts": [COUNT], "disclosures": {"/quantity": {"audience": "public", "attachment": True}}},
            "type.counts[0].amount",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:60],
)
def test_a_wrong_value_is_refused_by_its_name(changes, field):
    with pytest.raises(MalformedError) as refusal:
        parsed(**changes)
    assert refusal.value.field == field


@pytest.mark.parametrize("form", ["product", "party", "place", "unit"])
def test_a_type_that_opens_what_a_prefix_decides_is_permanent(form):
    """A type that opens `product`, `party`, `place` or `unit` is permanent."""
    role = {"form": form, "joins": ["trace"], "opens": [form]}
    assert parsed(subjects={"it": role}, permanent=True).permanent
    with pytest.raises(MalformedError, match="permanent"):
        parsed(subjects={"it": role})


def test_the_product_of_items_may_be_a_role_of_its_own():
    product = {"form": "product", "many": True, "of": "items"}
    assert parsed(subjects={"items": ITEMS, "products": product}).subjects["products"].of == "items"


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*", {"order.placed", "order.placed.twice", "orders.placed", "order.place"}),
        ("order.*", {"order.placed", "order.placed.twice", "order.place"}),
        ("order.placed", {"order.placed"}),
        ("order.placed.*", {"order.placed.twice"}),
    ],
)
def test_a_pattern_is_a_full_name_a_prefix_or_all(pattern, names):
    """patterns: a full name, `prefix.*`, or `*`"""
    every = {"order.placed", "order.placed.twice", "orders.placed", "order.place"}
    assert {name for name in every if matches(pattern, name)} == names
    assert all(matches_any(("none.*", pattern), name) for name in names)


def test_the_built_in_types_are_those_of_section_12():
    words = "agency approval charter enterprise enterprise-key erasure grant jurisdiction key kind mandate policy"
    more = "reattestation restoration revocation role succession suspension type"
    assert sorted(registry_types()) == [f"registry.{word}" for word in f"{words} {more}".split()]
    assert all(kind.permanent and kind.stage == "registry" for kind in registry_types().values())
