"""Writes the vectors: `python -m tests.vectors.make`. A file that is there is never written over.

A released vector stays as it is for ever: old proofs must verify for ever. Whoever finds one wrong adds
another beside it and says so in README.md.
"""

import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from tests.vectors.recipe import Book, Recipe
from tests.vectors.recipes import spell


def all_recipes() -> list[Recipe]:
    """Return the recipes of every book in `recipes/`; several modules may write into one book."""
    files = sorted((Path(__file__).parent / "recipes").glob("*.py"))
    modules = [import_module(f"tests.vectors.recipes.{file.stem}") for file in files]
    books = {id(value): value for each in modules for value in vars(each).values() if isinstance(value, Book)}
    return [recipe for book in books.values() for recipe in book.recipes]


def refused_writes(recipes: Sequence[Recipe]) -> list[Path]:
    """Return the files that are there and say something else than their recipe."""
    return [each.path for each in recipes if each.path.exists() and each.path.read_text() != each.text]


def main() -> int:
    """Write what is missing; refuse to write anything if a file would change."""
    recipes = all_recipes()
    if changed := refused_writes(recipes):
        names = "\n".join(str(path) for path in changed)
        sys.stderr.write(f"these vectors are there already and would change; nothing was written:\n{names}\n")
        return 1
    missing = [each for each in recipes if not each.path.exists()]
    for each in missing:
        each.path.parent.mkdir(parents=True, exist_ok=True)
        each.path.write_text(each.text)
    spell.FIXED.write_text(json.dumps(spell.fixed, indent=0) + "\n")
    sys.stdout.write(f"{len(missing)} vectors written, {len(recipes) - len(missing)} were there\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
