import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.primitives.notes import NAMES, named_key, notes, signatures
from tests.verifier.primitives.properties import bent, bent_text, parse_or_refuse
from verifier.errors import MalformedError, UnsupportedError
from verifier.primitives.note import (
    ED25519_NOTE,
    MAX_SIGNATURES,
    ML_DSA_COSIGNATURE,
    NoteSignature,
    format_note,
    format_signature_line,
    format_vkey,
    parse_note,
    parse_signature_line,
    parse_vkey,
    require_name,
)

LINE = "— a AAAAAAA=\n"


class TestSignedNote:
    """A signed note consists of a text ending in newline, followed by a blank line, followed by one or more signature
    lines; the text is separated from the signatures by the last empty line. C2SP signed-note."""

    @given(notes())
    def test_what_was_written_is_read(self, note):
        assert parse_note(format_note(note)) == note

    @given(st.one_of(st.binary(max_size=60), bent(notes().map(format_note))))
    def test_other_bytes_are_read_as_written_or_refused(self, data):
        parse_or_refuse(parse_note, data, format_note)

    @given(st.text("\n— aQ=A+", max_size=40))
    def test_other_signs_are_read_as_written_or_refused(self, text):
        parse_or_refuse(parse_note, text.encode(), format_note)

    def test_keeps_empty_lines_in_its_text(self):
        note = parse_note(f"one\n\n\ntwo\n\n\n{LINE}".encode())
        assert note.text == "one\n\n\ntwo\n\n"
        assert len(note.signatures) == 1

    def test_has_at_most_a_hundred_signature_lines(self):
        lines = [f"— n{each} AAAAAAA=\n" for each in range(MAX_SIGNATURES + 1)]
        assert len(parse_note(("t\n\n" + "".join(lines[:100])).encode()).signatures) == 100
        with pytest.raises(MalformedError, match="101 signature lines"):
            parse_note(("t\n\n" + "".join(lines)).encode())

    def test_has_no_two_lines_of_one_key_even_with_other_signatures(self):
        with pytest.raises(MalformedError, match="two lines of one key"):
            parse_note(f"t\n\n{LINE}— a AAAAAAE=\n".encode())
        parse_note(f"t\n\n{LINE}— a AAAAAQA=\n— b AAAAAAA=\n".encode())

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "t\n",
            "t\n\n",
            f"t\n{LINE}",
            LINE,
            f"t\n\n{LINE}\n",
            f"t\n\n{LINE[:-1]}",
            f"t\n\nx\n{LINE}",
            "\n\n\n",
            f"t\r\n\n{LINE}",
            f"t\x00\n\n{LINE}",
            f"t\t\n\n{LINE}",
            f"t\x1f\n\n{LINE}",
            f"t\n\n{LINE}{LINE[1:]}",
        ],
    )
    def test_of_another_shape_is_refused(self, text):
        with pytest.raises(MalformedError):
            parse_note(text.encode())


class TestSignatureLine:
    """em dash (U+2014), space, key name, space, base64-encoded signature, newline. C2SP signed-note."""

    @given(signatures())
    def test_what_was_written_is_read(self, signature):
        assert parse_signature_line(format_signature_line(signature)[:-1]) == signature

    @given(st.one_of(st.text(max_size=30), bent_text(signatures().map(format_signature_line))))
    def test_other_text_is_read_as_written_or_refused(self, text):
        parse_or_refuse(parse_signature_line, text, lambda signature: format_signature_line(signature)[:-1])

    @pytest.mark.parametrize(
        "line",
        [
            "- a AAAAAAA=",
            "—  a AAAAAAA=",
            "— a  AAAAAAA=",
            " — a AAAAAAA=",
            "— a AAAAAAA= ",
            "— a",
            "—a AAAAAAA=",
            "— a AAAA",
            "— a AAAAAA==",
            "— a AAAAAAB=",
            "— a AAAAAAA",
            "— a+b AAAAAAA=",
            "—  AAAAAAA=",
            "— a\xa0b AAAAAAA=",
        ],
    )
    def test_of_another_shape_is_refused(self, line):
        with pytest.raises(MalformedError):
            parse_signature_line(line)

    def test_needs_a_signature_of_one_byte_behind_the_key_id(self):
        assert parse_signature_line("— a AAAAAAA=") == NoteSignature("a", bytes(4), b"\x00")


class TestKeyName:
    """Key names MUST be non-empty and MUST NOT contain any Unicode spaces or plus characters. C2SP signed-note."""

    @given(NAMES)
    def test_any_other_text_is_a_name(self, name):
        assert require_name(name, "x") == name

    @pytest.mark.parametrize("sign", " +\n\t\u00a0\u2003\u3000\u2028\u200b\x7f\x85\ud800")
    def test_no_space_plus_or_control_character_stands_in_it(self, sign):
        with pytest.raises(MalformedError, match="name"):
            require_name(f"a{sign}b", "x")

    def test_it_has_1_to_255_bytes(self):
        require_name("é" * 127 + "a", "x")
        for name in ("", "a" * 256, "é" * 128):
            with pytest.raises(MalformedError, match="1 to 255 bytes"):
                require_name(name, "x")


class TestVerifierKey:
    """`<name>+<8 lower-case hex digits of the key id>+<base64(type ‖ public key)>`. C2SP signed-note."""

    @pytest.mark.parametrize("kind", [1, 4, 6])
    def test_what_was_written_is_read(self, kind):
        key, _ = named_key(kind, "wítness.example/1")
        assert parse_vkey(format_vkey(key)) == key
        assert len(base64.b64decode(format_vkey(key).split("+", 2)[2])) in (33, 1313)

    @given(st.one_of(st.text(max_size=30), st.text("a+0Q=", max_size=30)))
    def test_other_text_is_refused(self, text):
        parse_or_refuse(parse_vkey, text, format_vkey)

    @given(bent_text(st.sampled_from([format_vkey(named_key(kind)[0]) for kind in (1, 4, 6)])))
    def test_bent_text_is_read_as_written_or_refused(self, text):
        parse_or_refuse(parse_vkey, text, format_vkey)

    def test_the_key_id_is_the_key_s_in_lower_case(self):
        name, key_id, rest = format_vkey(named_key(ED25519_NOTE)[0]).split("+", 2)
        for other in ("00000000", key_id[:7], key_id + "0", key_id.upper(), f" {key_id}"):
            with pytest.raises(MalformedError, match="key id"):
                parse_vkey(f"{name}+{other}+{rest}")

    @pytest.mark.parametrize("kind", [0, 2, 3, 5, 7, 0xFA, 0xFF])
    def test_other_types_are_unsupported(self, kind):
        encoded = base64.b64encode(bytes([kind]) + bytes(32)).decode()
        with pytest.raises(UnsupportedError, match="type"):
            parse_vkey(f"name+00000000+{encoded}")

    @pytest.mark.parametrize("kind", [1, 4, 6])
    @pytest.mark.parametrize("size", [0, 31, 33, 1311, 1313])
    def test_keys_of_another_length_are_refused(self, kind, size):
        encoded = base64.b64encode(bytes([kind]) + bytes(size)).decode()
        with pytest.raises(MalformedError, match="bytes"):
            parse_vkey(f"name+00000000+{encoded}")

    def test_the_key_id_depends_on_name_type_and_key(self):
        ids = {named_key(kind, name)[0].key_id for kind in (1, 4, ML_DSA_COSIGNATURE) for name in ("a", "b")}
        assert len(ids) == 6
