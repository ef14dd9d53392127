"""What `witness status` tells: from the witness's databases and folders, also while it runs."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from ledger.cli.speaking import Voice
from ledger.witness.folder import Followed, WitnessFolder
from ledger.witness.foreign import contradictions
from ledger.witness.mirror.erasing import read_erasures
from ledger.witness.mirror.mirror import copy_of, mirrored_size
from ledger.witness.statements.store import Taken, read_noticed
from ledger.witness.store import WitnessReader, open_reader


def read_status(place: WitnessFolder, mirror: Path | None) -> tuple[str, list[Followed], list[dict[str, Any]]]:
    """Return the witness's name, whom it follows, and for each ledger what is known of it.

    Args:
        place: the witness's folder.
        mirror: the folder of its mirrors, where it has one.

    Raises:
        SetupError: there is no witness here.
    """
    name, followed = place.read()
    noticed: dict[str, list[Taken]] = defaultdict(list)
    for each in read_noticed(place.root / "statements.db"):
        noticed[each.origin].append(each)
    reader = open_reader(place.database)
    try:
        origins = sorted({*reader.origins(), *noticed})
        ledgers = [_of_ledger(reader, origin, noticed[origin]) for origin in origins]
    finally:
        reader.close()
    accepted = {each.origin for each in place.accepted()}
    for ledger in ledgers:
        twins = contradictions(place.evidence, ledger["origin"]) if ledger["origin"] in accepted else []
        ledger["contradictions"] = [str(each) for each in twins]
    if mirror:
        for ledger in ledgers:
            ledger["mirrored"] = mirrored_size(mirror, ledger["origin"])
            erased = read_erasures(copy_of(mirror, ledger["origin"]))
            ledger["erased"], ledger["confirmed"] = len(erased), sum("confirmed" in each for each in erased)
    return name, followed, ledgers


def _of_ledger(reader: WitnessReader, origin: str, noticed: list[Taken]) -> dict[str, Any]:
    newest, stopped = reader.newest(origin), reader.stopped(origin)
    ledger: dict[str, Any] = {"origin": origin, "stopped": None}
    if newest:
        ledger |= {"size": newest.size, "root": newest.root.hex(), "time": newest.time}
        ledger["handedIn"] = reader.waiting(origin) is None
    if stopped:
        ledger["stopped"] = {"reason": stopped.reason, "time": stopped.time, "evidence": list(stopped.evidence)}
    ledger["withheld"] = [
        {"statement": each.identity.hex(), "firstSeen": each.first_seen, "leaf": each.leaf} for each in noticed
    ]
    return ledger


def status_lines(voice: Voice, ledger: dict[str, Any]) -> list[str]:
    """Return what is known of a ledger, for a person."""
    origin = ledger["origin"]
    lines = [f"{origin}: {voice.say('outcome.cosigned', size=ledger['size'])}"] if "size" in ledger else []
    if stopped := ledger["stopped"]:
        lines.append(f"{origin}: {voice.say('outcome.stopped')} ({stopped['reason']})")
        lines += [f"  {voice.say(_label(each))}: {each}" for each in stopped["evidence"]]
    if twins := ledger["contradictions"]:
        lines.append(f"{origin}: {voice.say('witness.contradicts')}")
        lines += [f"  {voice.say('label.evidence')}: {each}" for each in twins]
    for each in ledger["withheld"]:
        word = "witness.withheld" if each["leaf"] is None else "witness.logged-late"
        lines.append(f"{origin}: {voice.say(word, statement=each['statement'], leaf=each['leaf'])}")
    if "mirrored" in ledger:
        held = ledger["mirrored"]
        lines.append(
            f"{origin}: {voice.say('witness.holds', size=held) if held else voice.say('witness.holds-nothing')}"
        )
        if ledger["erased"]:
            said = voice.say("witness.erased", count=ledger["erased"], confirmed=ledger["confirmed"])
            lines.append(f"{origin}: {said}")
    return lines


def _label(file: str) -> str:
    return "label.report" if file.endswith((".report", ".json")) else "label.evidence"
