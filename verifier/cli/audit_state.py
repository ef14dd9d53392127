"""The file in which an audit is put down: written aside and moved into place, so that a crash leaves a whole one.

It remembers the last checkpoint that was audited, and, while an audit is under way, all that it knows.
"""

from __future__ import annotations

import os
from pathlib import Path

from verifier.cli.files import FileError
from verifier.proof.audit.saved import load_audit, save_audit
from verifier.proof.audit.source import Source
from verifier.proof.audit.walk import Audit
from verifier.proof.examination import Standpoint


def default_state(charter: bytes) -> str:
    """Return the file in which this user's audits of a ledger are put down."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return str(Path(base) / "suyuan" / f"audit-{charter.hex()}")


def open_audit(state: str | None, source: Source, standpoint: Standpoint, *, go_on: bool) -> Audit:
    """Return the audit that a state file holds, or a new one; `go_on`: read only what is new since the last.

    Raises:
        FileError: the file cannot be read.
        MalformedError: it is damaged, or no such file.
        MismatchError: it belongs to another ledger.
    """
    if state is None or not Path(state).exists():
        return Audit(source, standpoint)
    try:
        data = Path(state).read_bytes()
    except OSError as error:
        raise FileError(state, error.strerror or str(error)) from error
    return load_audit(data, source, standpoint, go_on=go_on)


def put_down(state: str, audit: Audit, *, whole: bool) -> None:
    """Write an audit to its state file; `whole`: with all that it knows, to go on from there."""
    write_file(state, save_audit(audit, whole=whole))


def write_file(path: str, data: bytes) -> None:
    """Write a file, synced; whoever reads sees the old bytes or the new.

    Raises:
        FileError: it cannot be written.
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise FileError(path, error.strerror or str(error)) from error
