"""The vocabulary: one JSON file a type, one folder a stage of a product's life.

`registry/` holds the types that are part of the format itself; all others are logged by the ledger's
founders and travel in the proofs that use them. This module only hands out the files' bytes.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from verifier.ledgerformat.vocabulary import EventType, parse_type


def type_files(*, registry: bool = False) -> dict[str, bytes]:
    """Return the type files by type name: the registry's own, or all others."""
    found = {}
    for stage in files(__name__).iterdir():
        if stage.is_dir() and (stage.name == "registry") == registry:
            for file in stage.iterdir():
                if file.name.endswith(".json"):
                    found[file.name.removesuffix(".json")] = file.read_bytes()
    return dict(sorted(found.items()))


@cache
def registry_types() -> dict[str, EventType]:
    """Return the built-in types of version 1, in force from position 0."""
    return {name: parse_type(data, name) for name, data in type_files(registry=True).items()}
