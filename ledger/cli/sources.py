"""What a command says of a message's own signature."""

from __future__ import annotations

from ledger.cli.texts import say
from ledger.readers.ceb.signature import Signature, State


def render_signature(signature: Signature, lang: str) -> str:
    """Return whether customs' signature authenticates a source, as one sentence. It names no person."""
    key = f"signature.{signature.state.value.replace(' ', '-')}"
    if signature.state is State.AUTHENTIC:
        return say(key, lang, fingerprint=signature.fingerprint)
    return say(key, lang, reason=say(f"reason.{signature.reason.value}", lang)) if signature.reason else say(key, lang)
