"""One vector: a proof file, what is needed beside it, and what a verifier concludes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "v1"
SUMS = FOLDER / "SHA256SUMS"
OUTGROWN = FOLDER / "outgrown.json"


@dataclass(frozen=True, slots=True)
class Expected:
    """What NAME.json says.

    Attributes:
        says: why the file is what it is, in one sentence.
        command: of `suyuan-verify`.
        file: the proof file, beside this one.
        at: the time to judge as of, POSIX seconds.
        outcome: the verdict's; of a file that is refused alone, `refused`.
        exitCode: of the command.
        step: the number of the step that fails, None where none does.
        code: the refusal's code, None where the outcome is not one.
        refusedField: the refusal's field, or how it begins.
        policy: the trust policy's file.
        beside: other files by option of the command.
    """

    says: str
    command: str
    file: str
    at: int
    outcome: str
    exitCode: int  # noqa: N815 - as JSON has it
    policy: str
    step: int | None = None
    code: str | None = None
    refusedField: str | None = None  # noqa: N815 - likewise
    beside: dict[str, str] = field(default_factory=dict)


def read_all() -> dict[str, Expected]:
    """Return every vector by `valid/NAME` or `refused/NAME`; what is outgrown, as it is concluded today."""
    outgrown = json.loads(OUTGROWN.read_text())
    found = {}
    for path in sorted(FOLDER.glob("*/*.json")):
        name = f"{path.parent.name}/{path.stem}"
        found[name] = Expected(**{**json.loads(path.read_text()), **outgrown.get(name, {}).get("today", {})})
    return found


def write(folder: Path, name: str, expected: Expected, files: dict[str, bytes]) -> None:
    """Write a vector and its files; a file that is there is never written over."""
    folder.mkdir(parents=True, exist_ok=True)
    spelt = json.dumps(asdict(expected), indent=2, ensure_ascii=False) + "\n"
    for file, data in {**files, f"{name}.json": spelt.encode()}.items():
        with (folder / file).open("xb") as made:
            made.write(data)


def sums() -> dict[str, str]:
    """Return the SHA-256 of every file of the vectors, by its path in `v1`."""
    files = sorted(each for each in FOLDER.glob("*/*") if each.is_file())
    return {str(each.relative_to(FOLDER)): sha256(each.read_bytes()).hexdigest() for each in files}
