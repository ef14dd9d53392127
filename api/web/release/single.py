"""`suyuan-verify.html`: style, script and policy in one file, which loads nothing and works from a disk."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from api.texts import text
from verifier.texts import LANGUAGES


def single_page(script: str, style: str, fingerprint: str) -> str:
    """Return the page. Its own policy of content lets this script and this style run, and nothing else."""
    names = " · ".join(text("release.single", language) for language in LANGUAGES)
    none = "".join(
        f'<p lang="{language}">{text("release.no-script", language)}</p>' for language in reversed(LANGUAGES)
    )
    return (
        '<!doctype html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_content_policy(script, style)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="suyuan-release" content="{fingerprint}">\n<title>{names}</title>\n<style>{style}</style>\n'
        f'</head>\n<body>\n<main id="main"><noscript>{none}</noscript></main>\n'
        f'<script type="module">{script}</script>\n</body>\n</html>\n'
    )


def _content_policy(script: str, style: str) -> str:
    """Return the Content-Security-Policy of the single page, which stands in its `meta`."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data: blob:; "
        "form-action 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
