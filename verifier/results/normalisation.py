"""Normalisation of texts before they are compared, in versions. The value as stated is what is kept and shown."""

from __future__ import annotations

import unicodedata

VERSION = "1"


def normalise(text: str) -> str:
    """Return a text as version 1 compares it: NFKC, no space around it, one space where there were several.

    NFKC (Unicode Standard Annex 15) makes full width signs half width, and a no-break or ideographic space a space.
    Letters keep their case, and signs that are not spaces stay, seen or not: a rule that guesses can be deceived.
    NFKC once more after the spaces is not needed: a space decides nothing about its neighbours' composition.
    """
    return " ".join(unicodedata.normalize("NFKC", text).split())
