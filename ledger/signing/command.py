"""Keys behind a program of the agency's own: a cipher machine, a key service, a smart key with its own interface.

The program is started once and asked by lines of JSON; each request gets one line back (docs/keys.md has the protocol):

    {"version": 1, "operation": "public"}
        {"version": 1, "key": {"alg": "ES256", "public": base64url}}
    {"version": 1, "operation": "sign", "message": base64}
        {"version": 1, "signature": base64}
    anything
        {"version": 1, "error": "what a person should know"}
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import threading
import time
import weakref
from base64 import b64encode
from pathlib import Path
from typing import Any

from ledger.errors import SetupError, SignerError
from ledger.signing.external import require_message, require_signature
from verifier.errors import MalformedError, SuyuanError
from verifier.primitives.base64strict import parse_base64
from verifier.primitives.keys import PublicKey, parse_key
from verifier.primitives.strict_json import parse_json

PATIENCE = 60.0  # seconds for one answer: somebody may have to touch a device
MAX_LINE = 16_384
_MAX_STDERR = 2_048
_VERSION = 1


class CommandSigner:
    """A signer that asks a program. Any thread may use it; the program is asked one thing at a time."""

    def __init__(self, program: Path, *, patience: float = PATIENCE) -> None:
        """Start the program and ask for its public key.

        Args:
            program: what to run, without arguments.
            patience: seconds that one answer may take.

        Raises:
            SetupError: it cannot be run.
            SignerError: what it answered, or that it did not.
        """
        self._where = f"exec:{program}"
        self._program = program
        self._patience = patience
        self._lock = threading.Lock()
        self._running: _Process | None = None
        self._public = self._ask_public()

    @property
    def public(self) -> PublicKey:
        """Return the public key."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return a signature over at most 4,096 bytes, verified.

        Raises:
            SignerError: no answer in time, another shape, or a signature that is not this key's.
        """
        require_message(message)
        answer = self._ask({"operation": "sign", "message": b64encode(message).decode()}, "signature")
        if not isinstance(answer, str):
            raise self._refuse(f"signature {answer!r}", "base64")
        try:
            signature = parse_base64(answer, "signature")
        except MalformedError as error:
            raise self._refuse(str(error), "base64") from error
        return require_signature(self._public, signature, message, self._where)

    def close(self) -> None:
        """End the program."""
        with self._lock:
            self._end()

    def _ask_public(self) -> PublicKey:
        answer = self._ask({"operation": "public"}, "key")
        try:
            return parse_key(answer)
        except SuyuanError as error:
            self.close()
            raise self._refuse(str(error), "a key of ES256, EdDSA or ML-DSA-44") from error

    def _ask(self, request: dict[str, str], member: str) -> Any:
        """Return the member of the program's answer; a program that has ended meanwhile is started once more."""
        line = json.dumps({"version": _VERSION, **request}).encode() + b"\n"
        with self._lock:
            try:
                return self._member(self._line(line), member)
            except BaseException:
                self._end()  # a late answer must never pass for that to the next request
                raise

    def _line(self, line: bytes) -> bytes:
        fresh = self._running is None
        try:
            return self._process().ask(line, self._patience)
        except _EndedError as error:
            if fresh:
                raise self._refuse(str(error), "a line of JSON") from error
        except _NoAnswerError as error:
            raise self._refuse(str(error), "a line of JSON") from error
        self._end()
        try:
            return self._process().ask(line, self._patience)
        except (_EndedError, _NoAnswerError) as error:
            raise self._refuse(str(error), "a line of JSON") from error

    def _member(self, line: bytes, member: str) -> Any:
        try:
            answer = parse_json(line, "answer")
        except SuyuanError as error:
            raise self._refuse(str(error), "a line of JSON") from error
        if not isinstance(answer, dict) or answer.get("version") != _VERSION:
            raise self._refuse("another shape or version", f'an object with "version": {_VERSION}')
        if answer.keys() == {"version", "error"}:
            raise self._refuse(f"its refusal: {answer['error']}", f'"{member}"')
        if answer.keys() != {"version", member}:
            raise self._refuse(f"members {sorted(answer)}", f'exactly "version" and "{member}"')
        return answer[member]

    def _process(self) -> _Process:
        if self._running is None:
            try:
                self._running = _Process(self._program)
            except OSError as error:
                raise SetupError(self._where, came=error.strerror, expected="a program that can be run") from error
        return self._running

    def _refuse(self, came: str, expected: str) -> SignerError:
        said = self._running.said() if self._running else ""
        todo = f"It said: {said}" if said else "Run the program by hand and give it the request; see docs/keys.md."
        return SignerError(self._where, came=came, expected=expected, todo=todo)

    def _end(self) -> None:
        if self._running is not None:
            self._running.end()
            self._running = None


class _EndedError(Exception):
    """The program has ended, or closed its pipes."""


class _NoAnswerError(Exception):
    """The program runs, but its answer is late or no answer."""


class _Process:
    """A running program and its three pipes, none of which can block us."""

    def __init__(self, program: Path) -> None:
        pipe = subprocess.PIPE
        # The agency's own program, named by whoever runs us; no shell. It keeps the terminal, to ask for a PIN there.
        self._popen = subprocess.Popen([program.absolute()], stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0)  # noqa: S603
        pipes = (self._popen.stdin, self._popen.stdout, self._popen.stderr)
        self._in, self._out, self._err = (each.fileno() for each in pipes if each)
        for each in (self._in, self._out, self._err):
            os.set_blocking(each, False)
        self._stderr = b""
        self.end = weakref.finalize(self, _end, self._popen)

    def ask(self, request: bytes, patience: float) -> bytes:
        """Write a line, return the line that comes back."""
        end = time.monotonic() + patience
        answer = b""
        with selectors.DefaultSelector() as ready:
            ready.register(self._in, selectors.EVENT_WRITE)
            ready.register(self._out, selectors.EVENT_READ)
            ready.register(self._err, selectors.EVENT_READ)
            while not answer.endswith(b"\n"):
                left = end - time.monotonic()
                if left <= 0:
                    raise _NoAnswerError(f"nothing within {patience:g} s")
                for key, _ in ready.select(left):
                    if key.fd == self._in:
                        request = self._write(ready, request)
                    elif key.fd == self._err:
                        self._hear(ready)
                    else:
                        answer += self._read()
                if len(answer) > MAX_LINE or b"\n" in answer[:-1]:
                    raise _NoAnswerError(f"more than one line of {MAX_LINE} bytes")
        return answer

    def said(self) -> str:
        """Return the end of what it wrote to standard error, on one line."""
        with contextlib.suppress(OSError, ValueError):
            self._stderr += os.read(self._err, _MAX_STDERR)
        return " ".join(self._stderr[-_MAX_STDERR:].decode("utf-8", "replace").split())

    def _write(self, ready: selectors.BaseSelector, request: bytes) -> bytes:
        try:
            request = request[os.write(self._in, request) :]
        except BrokenPipeError:
            raise _EndedError(self._ending()) from None
        if not request:
            ready.unregister(self._in)
        return request

    def _read(self) -> bytes:
        data = os.read(self._out, 65_536)
        if not data:
            raise _EndedError(self._ending())
        return data

    def _hear(self, ready: selectors.BaseSelector) -> None:
        heard = os.read(self._err, 65_536)
        if not heard:
            ready.unregister(self._err)
        self._stderr = (self._stderr + heard)[-_MAX_STDERR:]

    def _ending(self) -> str:
        try:
            return f"its end, exit code {self._popen.wait(1)}"
        except subprocess.TimeoutExpired:
            return "the end of its output"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let a program end: it reads the end of its input; then it is killed."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()
    try:
        process.wait(0.5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
