"""A release: what a browser loads, under one fingerprint. The same sources and the same policy make the same bytes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from api.texts import text
from api.web.release import sources
from api.web.release.single import single_page
from verifier.ledgerformat.trust_policy import parse_trust_policy
from verifier.texts import LANGUAGES

SCRIPT = "text/javascript; charset=utf-8"
_CORE = {
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "manifest.webmanifest": "application/manifest+json",
    "offline.html": "text/html; charset=utf-8",
}  # what the service worker keeps of every release
_FOLDER_DIGITS = 32


@dataclass(frozen=True, slots=True)
class TrustedBy:
    """The trust policy of a release.

    Attributes:
        text: the policy; empty where there is none yet.
        own: it was made by the operator of the ledger that it names: the party that is checked.
    """

    text: str = ""
    own: bool = True

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the text, as the page shows it."""
        return sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class File:
    """A file of a release.

    Attributes:
        media_type: with its charset.
        data: its bytes.
        packed: the same by gzip, without a time.
    """

    media_type: str
    data: bytes
    packed: bytes


def _file(media_type: str, data: bytes) -> File:
    return File(media_type, data, gzip.compress(data, 9, mtime=0))


@dataclass(frozen=True, slots=True)
class Release:
    """A release.

    Attributes:
        fingerprint: SHA-256 over the list of `parts_of`, 64 hexadecimal digits.
        policy: whom its verifier trusts.
        files: by name, under `folder`.
        worker: the service worker, at `/sw.js`.
        single: the page that is one file, at `/suyuan-verify.html`.
    """

    fingerprint: str
    policy: TrustedBy
    files: Mapping[str, File]
    worker: bytes
    single: bytes

    @property
    def folder(self) -> str:
        """The address under which its files never change."""
        return f"/static/{self.fingerprint[:_FOLDER_DIGITS]}/"


def parse_policy(data: bytes, *, own: bool) -> TrustedBy:
    """Return the policy of a release.

    Raises:
        UnsupportedError: another version.
        MalformedError: no trust policy.
    """
    parse_trust_policy(data)
    return TrustedBy(data.decode(), own)


def make_release(policy: TrustedBy, built: Path | None = sources.BUILT) -> Release:
    """Return the release with a policy; `built` holds what `make web` made, None for none of it."""
    parts = parts_of(policy, built)
    listed = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(parts.items()))
    fingerprint = sha256(listed.encode()).hexdigest()
    released = {"fingerprint": fingerprint, "policy": policy.text, "own": policy.own, **sources.built_parts(built)}
    known = _declared("suyuanReleased", released)
    scripts = sources.scripts(built)
    files = {
        **{name: _file(SCRIPT, (known * _is_main(name) + script).encode()) for name, script in scripts.items()},
        **{name: _file(media_type, parts[name]) for name, media_type in _CORE.items()},
    }
    single = single_page(known + sources.single_script(built), sources.style(), fingerprint)
    made = Release(fingerprint, policy, files, b"", single.encode())
    kept = {"fingerprint": fingerprint, "folder": made.folder, "files": list(files), "core": list(_CORE)}
    worker = _declared("suyuanRelease", kept) + sources.worker_script()
    return Release(fingerprint, policy, files, worker.encode(), made.single)


def parts_of(policy: TrustedBy, built: Path | None) -> dict[str, bytes]:
    """Return what a release is made of, by name: its fingerprint is the SHA-256 of what `sha256sum` says of them."""
    made = {
        **sources.scripts(built),
        "single.js": sources.single_script(built),
        "sw.js": sources.worker_script(),
        "style.css": sources.style(),
        "icon.svg": sources.text_file("static/icon.svg"),
        "manifest.webmanifest": sources.text_file("page/manifest.webmanifest"),
        "offline.html": _offline_page(),
        "trust.policy": policy.text,
        "trust.own": json.dumps(policy.own),
    }
    return {name: content.encode() for name, content in made.items()}


def _is_main(name: str) -> bool:
    return name.startswith("page.")


def _declared(name: str, value: object) -> str:
    spelt = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f"const {name}={spelt};\n"


def _offline_page() -> str:
    """Return the page that says that there is no network and nothing was kept."""
    said = "".join(
        f'<section lang="{language}"><h1>{text("release.offline", language)}</h1>'
        f"<p>{text('release.offline-todo', language)}</p></section>"
        for language in LANGUAGES
    )
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    title = text("release.offline", LANGUAGES[0])
    style = f'<link rel="stylesheet" href="/static/{"0" * _FOLDER_DIGITS}/style.css">'  # the worker puts its own here
    whole = f"<head>{head}<title>{title}</title>{style}</head><body><main>{said}</main></body>"
    return f'<!doctype html><html lang="zh-Hans">{whole}</html>\n'
