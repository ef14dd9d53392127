"""Every refusal of the verifier, one tree.

    SuyuanError
      MalformedError           the bytes are not in the format at all
        TooLargeError          they are more than anybody agreed to read
      UnsupportedError         a version, algorithm or behaviour that is not implemented here
      VerificationError        in the format, but not true
        BadSignatureError      these bytes were not signed by this key
        NotIncludedError       the path does not lead to this root
        InconsistentError      two commitments that cannot both be true
        NotIndexedError        the index proof does not show these histories
        MismatchError          a part is not what another part says it is
        UntrustedError         the key, charter or quorum is not the one that is trusted
        NotPermittedError      who said it may not say it
        IncompleteError        something that must be there is not
        NotRecognisedError     the endorsements do not satisfy the policies
        ContradictionError     the story cannot be told in this order

The ledger's own refusals (`ledger.errors`) join this tree; none knows HTTP.
"""

from __future__ import annotations


class SuyuanError(Exception):
    """A refusal: which field, what came, what was expected, what to do about it."""

    code = "error"

    def __init__(self, field: str, *, came: object = None, expected: str = "", todo: str = "") -> None:
        """Name the field, and say what came and what was expected; `todo` is the reader's next step."""
        self.field = field
        self.came = _shorten(came)
        self.expected = expected
        self.todo = todo
        super().__init__(str(self))

    def __str__(self) -> str:
        """Return one sentence for a person."""
        parts = [self.field]
        if self.came:
            parts.append(f"came {self.came}")
        if self.expected:
            parts.append(f"expected {self.expected}")
        sentence = f"{parts[0]}: {', '.join(parts[1:])}" if parts[1:] else parts[0]
        return f"{sentence}. {self.todo}" if self.todo else sentence

    def within(self, outer: str) -> SuyuanError:
        """Return the same refusal, its field named from further out (`heads[3].joins`)."""
        glue = "" if self.field.startswith(("[", ".")) or not self.field else "."
        return type(self)(f"{outer}{glue}{self.field}", came=self.came, expected=self.expected, todo=self.todo)


class MalformedError(SuyuanError):
    """The bytes are not in the format."""

    code = "malformed"


class TooLargeError(MalformedError):
    """More than anybody agreed to read (docs/formats.md, section 21)."""

    code = "too-large"


class UnsupportedError(SuyuanError):
    """A version, algorithm or behaviour that is not implemented here. Never ignored."""

    code = "unsupported"


class VerificationError(SuyuanError):
    """In the format, but not true."""

    code = "not-verified"


class BadSignatureError(VerificationError):
    """These bytes were not signed by this key, or not under the strict rules."""

    code = "bad-signature"


class NotIncludedError(VerificationError):
    """The path does not lead from the leaf to the root."""

    code = "not-included"


class InconsistentError(VerificationError):
    """Two commitments that cannot both be true. Keep both: they are evidence."""

    code = "inconsistent"


class NotIndexedError(VerificationError):
    """The index proof does not show these histories under this root."""

    code = "not-indexed"


class MismatchError(VerificationError):
    """One part is not what another part says it is."""

    code = "mismatch"


class UntrustedError(VerificationError):
    """The key, charter or quorum is not the one that is trusted."""

    code = "untrusted"


class NotPermittedError(VerificationError):
    """Whoever said it may not say it (docs/formats.md, sections 12 and 13)."""

    code = "not-permitted"


class IncompleteError(VerificationError):
    """Something that must be there is not."""

    code = "incomplete"


class NotRecognisedError(VerificationError):
    """The endorsements do not satisfy the policies in force."""

    code = "not-recognised"


class ContradictionError(VerificationError):
    """The rules of order of the types do not hold."""

    code = "contradiction"


def _shorten(came: object, most: int = 120) -> str:
    """Return what came, on one line and short enough for a message."""
    if came is None or came == "":
        return ""
    text = came.hex() if isinstance(came, bytes) else str(came)
    text = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
    return text if len(text) <= most else f"{text[:most]}…"
