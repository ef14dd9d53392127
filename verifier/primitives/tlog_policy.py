"""C2SP tlog-policy: which logs, which witnesses, and how many of them (tlog-policy of 2026-06-22)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from verifier.errors import MalformedError
from verifier.primitives.base64strict import parse_decimal
from verifier.primitives.note import ED25519_NOTE, NoteKey, parse_vkey

_MAX_COMPONENTS = 256
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SPACES = re.compile(r"[ \t]+")  # no others: a name must not depend on a version of Unicode


@dataclass(frozen=True, slots=True)
class Group:
    """A group of witnesses and groups, of which `threshold` must be satisfied."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TlogPolicy:
    """A parsed policy.

    Attributes:
        logs: keys of the logs, in order.
        witnesses: key by witness name.
        groups: group by name.
        quorum: the name that must be satisfied, or None for no cosignature at all.
    """

    logs: tuple[NoteKey, ...]
    witnesses: Mapping[str, NoteKey]
    groups: Mapping[str, Group]
    quorum: str | None

    def satisfied(self, name: str | None, cosigned: Collection[NoteKey]) -> bool:
        """Return whether a witness or group is satisfied by these verified cosigners; None always is."""
        if name is None:
            return True
        if name in self.witnesses:
            return self.witnesses[name] in cosigned
        group = self.groups[name]
        return sum(self.satisfied(member, cosigned) for member in group.members) >= group.threshold

    @property
    def keys(self) -> tuple[NoteKey, ...]:
        """Return every key that may stand under a checkpoint."""
        return (*self.logs, *self.witnesses.values())


@dataclass(slots=True)
class _Reader:
    """What the lines so far have defined."""

    what: str
    logs: list[NoteKey] = field(default_factory=list)
    witnesses: dict[str, NoteKey] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    grouped: set[str] = field(default_factory=set)
    quorums: list[str] = field(default_factory=list)

    def refuse(self, came: object, expected: str) -> MalformedError:
        return MalformedError(self.what, came=came, expected=expected)

    def log(self, words: list[str]) -> None:
        if len(words) not in (1, 2):
            raise self.refuse(words, "log <vkey> [url]")
        self.logs.append(self._new_key(words[0]))

    def witness(self, words: list[str]) -> None:
        if len(words) not in (2, 3):
            raise self.refuse(words, "witness <name> <vkey> [url]")
        key = self._new_key(words[1])
        if key.kind == ED25519_NOTE:
            raise self.refuse(words[1], "a cosigner's key, of type 04 or 06")
        self.witnesses[self._new_name(words[0])] = key

    def group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise self.refuse(words, "group <name> <k|any|all> <member>…")
        name, count, *members = words
        for member in members:
            if member not in self.witnesses and member not in self.groups:
                raise self.refuse(member, "a witness or group defined before")
            if member in self.grouped:
                raise self.refuse(member, "a member of at most one group")
            self.grouped.add(member)
        named = {"any": 1, "all": len(members)}
        threshold = named.get(count) or parse_decimal(count, self.what)
        if not 1 <= threshold <= len(members):
            raise self.refuse(count, f"1 to {len(members)}")
        self.groups[self._new_name(name)] = Group(threshold, tuple(members))

    def quorum(self, words: list[str]) -> None:
        if len(words) != 1 or self.quorums:
            raise self.refuse(words, "exactly one quorum line, of one name")
        if words[0] != "none" and words[0] not in self.witnesses and words[0] not in self.groups:
            raise self.refuse(words[0], "a witness or group defined before, or none")
        self.quorums.append(words[0])

    def _new_key(self, vkey: str) -> NoteKey:
        key = parse_vkey(vkey, self.what)
        if any(key.key.raw == other.key.raw for other in (*self.logs, *self.witnesses.values())):
            raise self.refuse(vkey, "each key once")
        return key

    def _new_name(self, name: str) -> str:
        if name in self.witnesses or name in self.groups or name == "none":
            raise self.refuse(name, "a name that is not taken")
        if len(self.witnesses) + len(self.groups) >= _MAX_COMPONENTS:
            raise self.refuse(name, f"at most {_MAX_COMPONENTS} witnesses and groups")
        return name


def parse_tlog_policy(text: str, what: str = "policy") -> TlogPolicy:
    """Read a policy; empty lines and lines that start with # are passed over.

    Raises:
        MalformedError: an unknown word, a name used before it is defined or defined twice, a key
            twice, a member of two groups, or not exactly one quorum.
    """
    reader = _Reader(what)
    doors: dict[str, Callable[[list[str]], None]] = {
        "log": reader.log,
        "witness": reader.witness,
        "group": reader.group,
        "quorum": reader.quorum,
    }
    if _CONTROL.search(text) or not text.endswith("\n"):
        raise reader.refuse("a control character or no final newline", "lines of text")
    for line in text.split("\n")[:-1]:
        word, *words = _SPACES.split(line.strip(" \t"))
        if not word or word.startswith("#"):
            continue
        if word not in doors:
            raise reader.refuse(word, "log, witness, group or quorum")
        doors[word](words)
    if not reader.quorums:
        raise reader.refuse("no quorum line", "exactly one")
    quorum = None if reader.quorums[0] == "none" else reader.quorums[0]
    return TlogPolicy(tuple(reader.logs), reader.witnesses, reader.groups, quorum)
