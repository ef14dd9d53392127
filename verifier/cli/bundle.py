"""`suyuan-verify bundle`: what an evidence bundle shows, proof by proof, and the attachments that go with it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from verifier.cli.files import FileError, add_policy_option, read_file, standpoint_of
from verifier.cli.speaking import show, spell_json
from verifier.proof.evidencebundle import NamedAttachment, VerifiedBundle, verify_bundle
from verifier.proof.verdict import Verdict
from verifier.rendering import plain, render_verdict, verdict_json
from verifier.texts import text


def add_command(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("bundle", help="verify an evidence bundle: proofs with what was granted of them")
    parser.add_argument("file", metavar="FILE.bundle")
    parser.add_argument("--extract", metavar="FOLDER", help="write the attachments there, each named by its SHA-256")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    add_policy_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Verify a bundle, print what it shows; the worst verdict decides."""
    found = verify_bundle(read_file(options.file), standpoint_of(options))
    if options.extract:
        _extract(found, Path(options.extract))
    if options.json:
        print(spell_json(bundle_json(found, options.lang)))
    else:
        show("\n".join(_lines(found, options.lang)))
    return found.worst.exit_code


def bundle_json(found: VerifiedBundle, lang: str) -> dict[str, Any]:
    """Return what a bundle shows, for programs."""
    return {
        "outcome": found.worst.outcome,
        "purpose": found.purpose,
        "traces": [verdict_json(each, lang) for each in found.verdicts],
        "attachments": [_attachment_json(each) for each in found.attachments],
    }


def _attachment_json(each: NamedAttachment) -> dict[str, Any]:
    return {
        "event": each.event.hex(),
        "pointer": each.pointer,
        "mediaType": each.named.media_type,
        "sha256": each.named.sha256.hex(),
        "size": each.named.size,
        "there": each.content is not None,
    }


def _lines(found: VerifiedBundle, lang: str) -> list[str]:
    lines = [text("bundle.purpose", lang, purpose=text(f"bundle.purpose.{found.purpose}", lang))]
    for verdict in found.verdicts:
        lines += ["", render_verdict(verdict, lang), *_disclosed(verdict, lang)]
    for each in found.attachments:
        key = "bundle.attachment" if each.content is not None else "bundle.attachment-absent"
        told = text(key, lang, media=each.named.media_type, size=each.named.size, sha256=each.named.sha256.hex())
        lines.append(plain(f"{each.pointer} · {told}"))
    return [*lines, "", f"{text('label.outcome', lang)}: {text(f'outcome.{found.worst.outcome}', lang)}"]


def _disclosed(verdict: Verdict, lang: str) -> list[str]:
    """Return the disclosed values of a story as lines."""
    told = [each for each in (verdict.story.timeline if verdict.story else ()) if each.disclosures]
    lines = ["", text("bundle.disclosed", lang)] if told else []
    for each in told:
        lines.append(plain(f"  {each.kind.title[lang]} ({each.event.head.type}) · {each.event.name.hex()[:16]}…"))
        lines += [plain(f"    {it.pointer}: {json.dumps(it.value, ensure_ascii=False)}") for it in each.disclosures]
    return lines


def _extract(found: VerifiedBundle, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each in found.attachments:
            if each.content is not None:
                (folder / each.named.sha256.hex()).write_bytes(each.content)
    except OSError as error:
        raise FileError(folder, error.strerror or str(error)) from error
