"""`declarations`: lists, summaries and returns as they stand, what moved longest ago first, as the service says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

from ledger.cli.options import AsJson, Lang, PassphraseEnv, PassphraseFile, Quiet, RequestKey, option
from ledger.cli.signers import request_key_of
from ledger.cli.speaking import Voice, door
from ledger.client.client import LedgerClient
from verifier.errors import MalformedError

_PAGE = 100
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_AGE = re.compile(r"([0-9]{1,9})([smhd])", re.ASCII)


@door
def declarations(  # noqa: PLR0913 - a command's options
    to: Annotated[str, option("--to", text="help.url", metavar="URL")],
    *,
    state: Annotated[str | None, option("--state", text="help.declarations-state", metavar="WORD")] = None,
    older: Annotated[str | None, option("--older", text="help.declarations-older", metavar="AGE")] = None,
    kind: Annotated[str | None, option("--kind", text="help.declarations-kind", metavar="KIND")] = None,
    of: Annotated[str | None, option("--of", text="help.declarations-of", metavar="URI")] = None,
    limit: Annotated[int, option("--limit", text="help.limit", min=1)] = 100,
    request_key: RequestKey = None,
    passphrase_env: PassphraseEnv = None,
    passphrase_file: PassphraseFile = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show where declarations stand."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    client = LedgerClient(to, request_key=request_key_of(voice, request_key, passphrase_env, passphrase_file))
    asked = {"state": state, "older": str(parse_age(older)) if older else None, "kind": kind, "of": of}
    wanted = {name: value for name, value in asked.items() if value is not None}
    items = list(islice(read_standing(client, {**wanted, "lang": voice.lang}, limit), limit))
    lines = [line for each in items for line in _lines(each)]
    lines.append(voice.say("declarations.count", count=len(items)) if items else voice.say("declarations.none"))
    voice.data({"items": items}, lines)


def read_standing(client: LedgerClient, wanted: dict[str, str], limit: int) -> Iterator[dict[str, Any]]:
    """Yield papers as they stand, page by page, what moved longest ago first.

    Raises:
        PrivateError: somebody else's.
    """
    after: str | None = None
    while True:
        page = client.standing({**wanted, **({"after": after} if after else {})}, limit=min(limit, _PAGE))
        yield from page["items"]
        after = page.get("next")
        if after is None:
            return


def parse_age(text: str) -> int:
    """Return the seconds that an age like `90m`, `12h` or `3d` spells."""
    match = _AGE.fullmatch(text)
    if match is None:
        raise MalformedError("--older", came=text, expected="a number and s, m, h or d, like 3d")
    return int(match[1]) * _UNITS[match[2]]


def _lines(item: dict[str, Any]) -> list[str]:
    lines = [f"{item['moved']}  {item['event']}  {item['type']}", f"  {item['text']}"]
    return [*lines, *(f"  {each['rule']}" for each in item["late"])]
