"""JSON out, where very many small values are spelt: an encoder's own work, prepared once instead of at each call."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Spell = Callable[[Any], str]
# The part of the standard library's encoder that is written in C; other implementations of Python have none.
_c_encoder: Any = getattr(json.encoder, "c_make_encoder", None)


def speller_of(encoder: json.JSONEncoder) -> Spell:
    """Return what spells values as `encoder.encode` does; a circle ends in RecursionError.

    Args:
        encoder: one that writes without indentation and leaves signs beyond ASCII as they are.
    """
    indent: Any = encoder.indent  # None for most, whatever its annotation says
    if _c_encoder is None or indent is not None or encoder.ensure_ascii:
        return encoder.encode
    texts, key_end, item_end = json.encoder.encode_basestring, encoder.key_separator, encoder.item_separator
    flags = (encoder.sort_keys, encoder.skipkeys, encoder.allow_nan)
    spell = _c_encoder(None, encoder.default, texts, None, key_end, item_end, *flags)
    return lambda value: "".join(spell(value, 0))


spell_compact = speller_of(json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False))
