"""Trust policies: whom a verifier trusts, from somebody other than the ledger (docs/formats.md, section 8)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from verifier.errors import MalformedError, UnsupportedError
from verifier.primitives.base64strict import parse_decimal, parse_hash_hex
from verifier.primitives.tlog_policy import TlogPolicy, parse_tlog_policy

FIRST_LINE = "suyuan trust policy v1"
_NAME = re.compile(r"[^\x00-\x20\x7f]+")  # as C2SP tlog-policy has them
_ANY_VERSION = re.compile(r"suyuan trust policy v[0-9]+")


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """A parsed trust policy.

    Attributes:
        charter: leaf hash of the ledger's leaf 0, 32 bytes.
        max_age: seconds within which the quorum must have cosigned; None for any age.
        replay: a group whose quorum must have replayed; None to go by the charter.
        policy: C2SP policy to be met as well as the charter's; None for the charter's alone.
        policy_text: that policy as it came.
    """

    charter: bytes
    max_age: int | None = None
    replay: str | None = None
    policy: TlogPolicy | None = None
    policy_text: str = ""


def parse_trust_policy(data: bytes, what: str = "trust policy") -> TrustPolicy:
    """Return the policy that these bytes spell.

    Raises:
        UnsupportedError: another version.
        MalformedError: another format.
    """
    try:
        head, empty, policy_text = data.decode().partition("\n\n")
    except UnicodeDecodeError as error:
        raise MalformedError(what, came="no UTF-8", expected="UTF-8") from error
    lines = (head + "\n" if empty else head).split("\n")
    if lines[0] != FIRST_LINE:
        kind = UnsupportedError if _ANY_VERSION.fullmatch(lines[0]) else MalformedError
        raise kind(what, came=lines[0], expected=FIRST_LINE)
    if lines.pop() or (empty and not policy_text):
        raise MalformedError(
            what, came="no newline at the end, or no policy after the empty line", expected="whole lines"
        )
    members = dict(line.partition(" ")[::2] for line in lines[1:])
    if list(members) != [each for each in ("charter", "max-age", "replay") if each in members] or len(members) != len(
        lines[1:]
    ):
        raise MalformedError(what, came=lines[1:], expected="charter, max-age, replay, in this order")
    if "charter" not in members or not _NAME.fullmatch(members.get("replay", "none")):
        raise MalformedError(what, came=lines[1:], expected="a charter line, and one name after replay")
    policy = parse_tlog_policy(policy_text, what) if policy_text else None
    if policy and "replay" in members and members["replay"] not in (*policy.groups, *policy.witnesses):
        raise MalformedError(f"{what}.replay", came=members["replay"], expected="a group of the policy text")
    return TrustPolicy(
        charter=parse_hash_hex(members["charter"], f"{what}.charter"),
        max_age=parse_decimal(members["max-age"], f"{what}.max-age") if "max-age" in members else None,
        replay=members.get("replay"),
        policy=policy,
        policy_text=policy_text,
    )


def format_trust_policy(policy: TrustPolicy) -> bytes:
    """Return the policy's bytes."""
    lines = [FIRST_LINE, f"charter {policy.charter.hex()}"]
    if policy.max_age is not None:
        lines.append(f"max-age {policy.max_age}")
    if policy.replay is not None:
        lines.append(f"replay {policy.replay}")
    tail = f"\n{policy.policy_text}" if policy.policy_text else ""
    return ("\n".join(lines) + "\n" + tail).encode()
