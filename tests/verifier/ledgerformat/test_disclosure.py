import json
from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.ledgerformat.bodies import POINTERS, SALTS
from tests.verifier.primitives.properties import bent_text, parse_or_refuse
from tests.verifier.primitives.strategies import json_values
from verifier.errors import MalformedError, MismatchError, TooLargeError
from verifier.ledgerformat import disclosure
from verifier.ledgerformat.disclosure import (
    MAX_ATTACHMENT,
    MAX_DISCLOSURE,
    check_disclosure,
    disclosure_digest,
    find_value,
    format_disclosure,
    parse_attachment,
    parse_disclosure,
)
from verifier.primitives.base64strict import format_base64url

DISCLOSED = st.fixed_dictionaries(
    {"salt": SALTS | st.binary(min_size=17, max_size=32), "pointer": POINTERS, "value": json_values()}
)
SALT = format_base64url(bytes(16))


def text_of(value):
    return format_base64url(json.dumps(value, ensure_ascii=False).encode())


def outcome(text):
    try:
        return parse_disclosure(text)
    except MalformedError as error:
        return str(error)


class TestDisclosure:
    """**Disclosure** (RFC 9901 §4.2): base64url of the UTF-8 JSON array [salt, pointer, value], where salt is base64url
    of at least 16 random bytes."""

    @given(DISCLOSED)
    def test_what_was_written_is_read(self, disclosed):
        parsed = parse_disclosure(format_disclosure(**disclosed))
        assert (parsed.pointer, parsed.value) == (disclosed["pointer"], disclosed["value"])

    @given(DISCLOSED)
    def test_digest_is_over_its_text(self, disclosed):
        """base64url(H(the base64url text, ASCII))"""
        text = format_disclosure(**disclosed)
        assert parse_disclosure(text).digest == disclosure_digest(text) == sha256(text.encode("ascii")).digest()

    def test_digest_of_the_example_of_rfc_9901(self):
        text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
        assert format_base64url(disclosure_digest(text)) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"

    @given(
        st.one_of(
            st.text(max_size=60),
            st.text("AQZaz059-_", max_size=60),
            bent_text(DISCLOSED.map(lambda each: format_disclosure(**each))),
        )
    )
    def test_other_text_is_read_or_refused(self, text):
        parse_or_refuse(parse_disclosure, text)

    @given(st.data())
    def test_of_the_usual_shape_is_read_as_any_other(self, data):
        """Most are read in fewer steps; nothing else is taken for it."""
        value = data.draw(
            json_values().map(json.dumps)
            | st.text(max_size=5).map('"{}"'.format)
            | st.sampled_from(['"é"', "null", '"[{[{[{[{[{[{[{[{[{"', "[" * 15 + "]" * 15, " 1 ", "1.5", "1,2", ""])
        )
        pointer = data.draw(st.sampled_from(["/a", "/a/b-c", "/~0", "/é", "/", "a", '/\\"']))
        salt = data.draw(st.sampled_from([SALT, SALT[:-1] + "B", SALT + "AA", SALT[:-1]]))
        end = data.draw(st.sampled_from(["]", "] ", "", "]]", ",1]"]))
        spelt = f'["{salt}","{pointer}",{value}{end}'.encode()
        start = data.draw(st.integers(0, len(spelt)))
        bent = (
            spelt[:start]
            + data.draw(st.sampled_from([b"", b"", b"[", b'"', b"\\", b"\x00", b"\x1f", b"\xff", b"\n", b" "]))
            + spelt[start:]
        )
        text = format_base64url(bent)
        short = outcome(text)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(disclosure, "_usual_parts", lambda _: None)
            assert outcome(text) == short

    @given(st.lists(json_values(), max_size=4) | json_values())
    def test_other_json_is_read_or_refused(self, value):
        parse_or_refuse(parse_disclosure, text_of(value))

    @pytest.mark.parametrize(
        "value",
        [
            [],
            {},
            None,
            "a",
            [SALT, "/a"],
            [SALT, "/a", 0, 0],
            ["/a", SALT, 0],
            [None, "/a", 0],
            [SALT, ["/a"], 0],
            [SALT, 0, 0],
        ],
    )
    def test_of_another_shape_is_refused(self, value):
        with pytest.raises(MalformedError):
            parse_disclosure(text_of(value))

    @pytest.mark.parametrize(
        "salt", ["", format_base64url(bytes(15)), SALT + "==", SALT[:-1] + "B", "+" * 22, " " + SALT]
    )
    def test_with_another_salt_is_refused(self, salt):
        with pytest.raises(MalformedError):
            parse_disclosure(text_of([salt, "/a", 0]))

    @pytest.mark.parametrize("pointer", ["", "a", "/", "/a/", "//a", "/a//b", "/~", "/~2", "/a~", "#/a", "/~01~"])
    def test_with_another_pointer_is_refused(self, pointer):
        with pytest.raises(MalformedError, match="pointer"):
            parse_disclosure(text_of([SALT, pointer, 0]))

    def test_with_padding_is_refused(self):
        raw = json.dumps([SALT, "/a", 12]).encode()
        with pytest.raises(MalformedError):
            parse_disclosure(urlsafe_b64encode(raw + b" " * (1 + -len(raw) % 3)).decode())

    def test_has_at_most_65_536_characters(self):
        raw = json.dumps([SALT, "/a", 0]).encode()
        assert parse_disclosure(format_base64url(raw.ljust(MAX_DISCLOSURE // 4 * 3))).value == 0
        with pytest.raises(TooLargeError, match="at most 65536"):
            parse_disclosure(format_base64url(raw.ljust(MAX_DISCLOSURE // 4 * 3 + 1)))


class TestBelonging:
    """A disclosure belongs to an event if its digest stands in `_sd` under its own pointer."""

    @given(DISCLOSED, DISCLOSED)
    def test_under_its_own_pointer_only(self, disclosed, other):
        parsed = parse_disclosure(format_disclosure(**disclosed))
        check_disclosure(parsed, {parsed.pointer: parsed.digest, "/more": bytes(32)})
        moved = {parsed.pointer + "2": parsed.digest}
        salted = {parsed.pointer: parse_disclosure(format_disclosure(**other | {"pointer": parsed.pointer})).digest}
        for digests in ({}, moved, *([] if disclosed["salt"] == other["salt"] else [salted])):
            with pytest.raises(MismatchError, match="_sd"):
                check_disclosure(parsed, digests)


class TestPointer:
    """RFC 6901 §4: ~1 is /, ~0 is ~, in this order; pointers never enter an array."""

    @pytest.mark.parametrize(
        ("pointer", "found"),
        [("/a", 1), ("/b/c", 2), ("/m~0n", 3), ("/x~1y", 4), ("/~01", 5), ("/n", None), ("/l", [0]), ("/é", 6)],
    )
    def test_finds_what_is_there(self, pointer, found):
        data = {"a": 1, "b": {"c": 2}, "m~n": 3, "x/y": 4, "~1": 5, "n": None, "l": [0], "é": 6}
        assert find_value(data, pointer) == (True, found)

    @pytest.mark.parametrize("pointer", ["/c", "/b/a", "/a/b", "/l/0", "/b/c/d", "/n/a", "/A"])
    def test_finds_nothing_else(self, pointer):
        assert find_value({"a": 1, "b": {"c": 2}, "l": [{"d": 0}], "n": None}, pointer) == (False, None)


class TestAttachment:
    """its value is `null` or `{"mediaType", "sha256" (hex), "size"}`. At most 1 MiB."""

    @pytest.mark.parametrize("size", [0, 1, MAX_ATTACHMENT])
    def test_names_bytes_by_hash_and_size(self, size):
        named = parse_attachment({"mediaType": "image/png", "sha256": "ab" * 32, "size": size})
        assert (named.media_type, named.sha256, named.size) == ("image/png", b"\xab" * 32, size)

    def test_is_none_where_it_is_null(self):
        assert parse_attachment(None) is None

    @given(json_values())
    def test_any_other_json_is_read_or_refused(self, value):
        parse_or_refuse(parse_attachment, value)

    @pytest.mark.parametrize(
        "changes",
        [
            {"size": -1},
            {"size": MAX_ATTACHMENT + 1},
            {"size": True},
            {"size": "1"},
            {"sha256": "AB" * 32},
            {"sha256": "ab" * 31},
            {"sha256": None},
            {"mediaType": None},
            {"more": 0},
        ],
    )
    def test_with_another_member_is_refused(self, changes):
        with pytest.raises(MalformedError):
            parse_attachment({"mediaType": "image/png", "sha256": "ab" * 32, "size": 1} | changes)
