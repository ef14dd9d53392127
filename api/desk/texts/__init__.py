"""Words of the desk, in Chinese and English; keys begin with `desk.`. Behind them stand those of the pages."""

from __future__ import annotations

from api.texts import PAGES
from verifier.texts import Catalogue

DESK = Catalogue(__name__, behind=PAGES)
text = DESK.text
