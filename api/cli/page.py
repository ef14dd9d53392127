"""`page`: the page that is one file, to be given on: it checks proofs from a disk, without a network."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated

from api.page_releases import read_policy
from api.web.release.release import TrustedBy, make_release
from ledger.cli.new_files import write_new
from ledger.cli.options import AsJson, Lang, Quiet, option
from ledger.cli.speaking import Voice, door


@door
def page(
    *,
    out: Annotated[Path, option("--out", text="help.page.out", metavar="FILE")],
    policy: Annotated[Path | None, option("--policy", text="help.page.policy", metavar="FILE")] = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write the page."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    release = make_release(read_policy(policy) if policy else TrustedBy(own=False))
    place = write_new(out, release.single)
    digest = sha256(release.single).hexdigest()
    answer = {"file": str(place), "sha256": digest, "release": release.fingerprint}
    trusted = {"policy": release.policy.fingerprint} if policy else {}
    lines = [
        voice.say("page.written", file=str(place)),
        voice.say("page.sha256", digest=digest),
        voice.say("page.release", fingerprint=release.fingerprint),
        voice.say("page.policy", fingerprint=release.policy.fingerprint) if policy else voice.say("page.no-policy"),
    ]
    voice.data(answer | trusted, lines)
