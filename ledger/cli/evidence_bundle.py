"""`evidence-bundle`: one file for a tax office, bank, insurer or court, with exactly what was granted to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from ledger.cli.looking import Look, read_signed_look
from ledger.cli.new_files import write_new
from ledger.cli.options import argument, option, sharing
from ledger.cli.speaking import door
from ledger.clock import milliseconds
from ledger.governance.mandates import held
from ledger.trade.bundles import Fields, fields_granted
from ledger.trade.bundling import Made, handles_of_grants, make_bundle
from verifier.errors import MalformedError
from verifier.judgement.acts import Grant
from verifier.proof.evidencebundle import PURPOSES
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import Story
from verifier.texts import text
from verifier.vocabulary import registry_types


@door
@sharing(read_signed_look)
def evidence_bundle(
    look: Look,
    subject: Annotated[str, argument("help.bundle-subject", "SUBJECT")],
    *,
    grantee: Annotated[str, option("--grantee", text="help.bundle-grantee", metavar="URI")],
    purpose: Annotated[str, option("--purpose", text="help.bundle-purpose", metavar="|".join(PURPOSES))],
    out: Annotated[Path, option("--out", text="help.bundle-out", metavar="FILE")],
) -> None:
    """Make an evidence bundle."""
    if purpose not in PURPOSES:
        raise MalformedError("--purpose", came=purpose, expected=f"one of {', '.join(PURPOSES)}")
    standpoint = Standpoint(look.policy, milliseconds() // 1000, registry_types())

    def fields_of(story: Story) -> Fields:
        handles = handles_of_grants(story)
        found = held(handles, look.at(handles)) if handles else []
        return fields_granted(
            (each.given for each in found if each.word == "valid" and isinstance(each.given, Grant)), grantee
        )

    made = make_bundle(
        look.client, subject, walk=look.walk, purpose=purpose, standpoint=standpoint, fields_of=fields_of
    )
    write_new(out, made.data)
    answer = _answer(made, out)
    outcome = text(f"outcome.{made.verified.worst.outcome}", look.voice.lang)
    look.voice.tell("bundle.made", place=str(out), outcome=outcome)
    lines = [f"{each['event']} {pointer}" for each in answer["shown"] for pointer in ("body", *each["fields"])]
    lines += [look.voice.say("bundle.left-out", event=name, pointer=pointer) for name, pointer in answer["leftOut"]]
    look.voice.data(answer, lines)


def _answer(made: Made, out: Path) -> dict[str, Any]:
    told = [each for verdict in made.verified.verdicts if verdict.story for each in verdict.story.timeline]
    return {
        "file": str(out),
        "outcome": made.verified.worst.outcome,
        "shown": [
            {
                "event": each.event.name.hex(),
                "type": each.event.head.type,
                "fields": [disclosure.pointer for disclosure in each.disclosures],
            }
            for each in told
            if each.event.body
        ],
        "attachments": len(made.verified.attachments),
        "leftOut": [[name.hex(), pointer] for name, pointer in made.left_out],
    }
