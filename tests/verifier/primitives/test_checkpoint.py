import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.signing.notes import sign_line
from tests.verifier.primitives.notes import KINDS, checkpoints, named_key
from tests.verifier.primitives.properties import bent_text, parse_or_refuse
from verifier.errors import BadSignatureError, MalformedError, UntrustedError
from verifier.primitives.checkpoint import (
    Checkpoint,
    cosigned_bytes,
    format_checkpoint,
    is_cosignature,
    parse_checkpoint,
    parse_signed_checkpoint,
    verify_line,
    verify_lines,
)
from verifier.primitives.note import ED25519_NOTE, Note, NoteSignature, format_note

CHECKPOINT = Checkpoint("log.example/zone", 70_000, bytes(range(32)))
TIME = 1_763_800_000
ROOT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


class TestCheckpointText:
    """text `origin\\n size\\n base64(root)\\n`, no extension lines; size in decimal, no leading zero."""

    @given(checkpoints())
    def test_what_was_written_is_read(self, checkpoint):
        assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint

    @given(st.one_of(st.text(max_size=80), bent_text(checkpoints().map(format_checkpoint))))
    def test_other_text_is_read_as_written_or_refused(self, text):
        parse_or_refuse(parse_checkpoint, text, format_checkpoint)

    def test_is_three_lines(self):
        assert format_checkpoint(CHECKPOINT) == f"log.example/zone\n70000\n{ROOT}\n"

    @pytest.mark.parametrize("size", ["", "+5", "-5", " 5", "5 ", "05", "0_5", "٣", "5.0", "0x5", str(2**63)])
    def test_with_a_size_in_another_spelling_is_refused(self, size):
        with pytest.raises(MalformedError, match=r"checkpoint\.size"):
            parse_checkpoint(f"o\n{size}\n{ROOT}\n")

    @pytest.mark.parametrize("root", ["", "AA==", ROOT[:-1], ROOT[:-2] + "9=", f"{ROOT[:-1]}\t=", ROOT + "AAAA"])
    def test_with_another_root_is_refused(self, root):
        with pytest.raises(MalformedError, match=r"checkpoint\.root"):
            parse_checkpoint(f"o\n5\n{root}\n")

    @pytest.mark.parametrize(
        "text",
        [
            f"o\n5\n{ROOT}",
            f"o\n5\n{ROOT}\nextension\n",
            f"o\n5\n{ROOT}\n\n",
            f"o\r\n5\r\n{ROOT}\r\n",
            f"\no\n5\n{ROOT}\n",
        ],
    )
    def test_with_other_lines_is_refused(self, text):
        with pytest.raises(MalformedError):
            parse_checkpoint(text)


class TestSignedMessage:
    """0x04 signs `cosignature/v1\\ntime <t>\\n<checkpoint text>`; 0x06 signs the `cosigned_message` structure with
    start 0 and end the size. C2SP tlog-cosignature."""

    def test_of_type_1_is_the_text(self):
        assert cosigned_bytes(named_key(1)[0], CHECKPOINT, 0) == format_checkpoint(CHECKPOINT).encode()

    def test_of_type_4_is_two_lines_before_the_text(self):
        expected = f"cosignature/v1\ntime {TIME}\n{format_checkpoint(CHECKPOINT)}"
        assert cosigned_bytes(named_key(4)[0], CHECKPOINT, TIME) == expected.encode()

    def test_of_type_6_has_the_known_layout(self):
        """The example names of the known-answer test, with the start that checkpoints have."""
        key, _ = named_key(6, "a")
        message = cosigned_bytes(key, Checkpoint("b", 0x1718191A1B1C1D1E, b"\x42" * 32), 0x0102030405060708)
        expected = "737562747265652f76310a00 01 61 0102030405060708 01 62 0000000000000000 1718191a1b1c1d1e" + "42" * 32
        assert message == bytes.fromhex(expected)

    def test_of_type_6_counts_bytes_of_names_not_characters(self):
        message = cosigned_bytes(named_key(6, "é")[0], Checkpoint("中文", 1, bytes(32)), 1)
        assert message[12:15] == b"\x02\xc3\xa9"
        assert message[23:30] == b"\x06" + "中文".encode()


class TestSignatureLine:
    """A witness is satisfied by one verified cosignature line of its vkey; the blob is timestamp u64 be ‖ signature."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_of_the_key_is_accepted_with_its_time(self, kind):
        key, signs = named_key(kind)
        line = sign_line(key, signs, CHECKPOINT, TIME)
        assert verify_line(key, CHECKPOINT, line).time == (TIME if is_cosignature(key) else None)
        assert len(line.blob) == {1: 64, 4: 72, 6: 2428}[kind]

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("change", ["origin", "size", "root"])
    def test_over_another_checkpoint_is_refused(self, kind, change):
        key, signs = named_key(kind)
        line = sign_line(key, signs, CHECKPOINT, TIME)
        others = {"origin": ("other", 70_000, bytes(range(32))), "size": (key.name, 1, bytes(range(32)))}
        other = Checkpoint(*others.get(change, (key.name, 70_000, bytes(32))))
        with pytest.raises(BadSignatureError):
            verify_line(key, other, line)

    @pytest.mark.parametrize("kind", [4, 6])
    def test_with_another_time_is_refused(self, kind):
        key, signs = named_key(kind)
        line = sign_line(key, signs, CHECKPOINT, TIME)
        other = NoteSignature(line.name, line.key_id, (TIME + 1).to_bytes(8, "big") + line.blob[8:])
        with pytest.raises(BadSignatureError):
            verify_line(key, CHECKPOINT, other)

    @pytest.mark.parametrize("kind", [4, 6])
    @pytest.mark.parametrize("time", [0, 2**63])
    def test_with_no_time_or_one_of_2_to_the_63_is_refused_though_signed(self, kind, time):
        key, signs = named_key(kind)
        with pytest.raises(BadSignatureError, match="POSIX time"):
            verify_line(key, CHECKPOINT, sign_line(key, signs, CHECKPOINT, time))

    @pytest.mark.parametrize("time", [1, 2**63 - 1])
    def test_with_the_first_and_the_last_time_is_accepted(self, time):
        key, signs = named_key(4)
        assert verify_line(key, CHECKPOINT, sign_line(key, signs, CHECKPOINT, time)).time == time

    def test_of_type_4_is_no_signature_of_type_1_by_the_same_key(self):
        key, signs = named_key(4)
        line = sign_line(key, signs, CHECKPOINT, TIME)
        with pytest.raises(BadSignatureError):
            verify_line(named_key(1)[0], CHECKPOINT, NoteSignature(line.name, line.key_id, line.blob[8:]))

    @given(st.binary(max_size=90), st.sampled_from(sorted(KINDS)))
    def test_of_other_bytes_is_refused(self, blob, kind):
        key, _ = named_key(kind)
        with pytest.raises(BadSignatureError):
            verify_line(key, CHECKPOINT, NoteSignature(key.name, key.key_id, blob))


class TestEveryLine:
    """Every signature line of the checkpoint is of a key that is named, and verifies."""

    keys = tuple(named_key(kind, name)[0] for kind, name in ((1, "log"), (6, "log"), (4, "witness")))
    lines = tuple(
        sign_line(*named_key(kind, name), CHECKPOINT, TIME) for kind, name in ((1, "log"), (6, "log"), (4, "witness"))
    )

    def test_is_returned_in_order(self):
        note = parse_signed_checkpoint(format_note(Note(format_checkpoint(CHECKPOINT), self.lines)))[1]
        verified = verify_lines(CHECKPOINT, note, self.keys)
        assert [each.key for each in verified] == list(self.keys)
        assert [each.time for each in verified] == [None, TIME, TIME]

    @pytest.mark.parametrize("missing", range(3))
    def test_of_an_unknown_key_is_refused_not_skipped(self, missing):
        keys = [key for place, key in enumerate(self.keys) if place != missing]
        with pytest.raises(UntrustedError):
            verify_lines(CHECKPOINT, Note("", self.lines), keys)

    @pytest.mark.parametrize("spoilt", range(3))
    def test_that_does_not_verify_spoils_the_note(self, spoilt):
        line = self.lines[spoilt]
        bad = NoteSignature(line.name, line.key_id, line.blob[:-1] + bytes([line.blob[-1] ^ 1]))
        lines = [*self.lines[:spoilt], bad, *self.lines[spoilt + 1 :]]
        with pytest.raises(BadSignatureError):
            verify_lines(CHECKPOINT, Note("", tuple(lines)), self.keys)

    def test_needs_the_name_as_well_as_the_key_id(self):
        line = NoteSignature("other", self.lines[0].key_id, self.lines[0].blob)
        with pytest.raises(UntrustedError):
            verify_lines(CHECKPOINT, Note("", (line,)), self.keys)

    def test_only_type_1_carries_no_time(self):
        assert [is_cosignature(named_key(kind)[0]) for kind in KINDS] == [kind != ED25519_NOTE for kind in KINDS]
