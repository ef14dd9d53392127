"""A PKCS#11 library (Cryptoki) in this process: its tokens, one session each, one call at a time.

Cryptoki keeps its state for the whole process: loading, login and session numbers are shared by all signers of a
module. Therefore one object stands for each module, and holds its lock: a library that is started anew while another
thread signs would be undefined. What is lost is parallel signing on one module; a card has one chip anyway.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import pkcs11
from pkcs11 import exceptions as fault

from ledger.errors import SetupError, SignerError
from ledger.signing.token_uri import TokenUri

if TYPE_CHECKING:
    from pkcs11._pkcs11 import lib as Library  # noqa: N812 - a class with a small name

_Result = TypeVar("_Result")
_LOOK = "Is the token in its reader, and is it the one that is named? SoftHSM looks where SOFTHSM2_CONF says."
_PIN_FAULTS = (
    fault.PinIncorrect, fault.PinInvalid, fault.PinLenRange, fault.PinLocked, fault.PinExpired,
    fault.UserPinNotInitialized,
)  # fmt: skip


class PinRefusedError(SignerError):
    """The token refused the PIN. It is not tried again: cards lock after a few wrong ones."""

    code = "pin-refused"


class Module:
    """One PKCS#11 library of this process; `module_of` returns it."""

    def __init__(self, path: str) -> None:
        """Stand for the library at `path`, which is loaded when it is first used."""
        self.path = path
        self.generation = 0
        self._lock = threading.RLock()
        self._sessions: dict[tuple[int, bool], pkcs11.Session] = {}
        self._pins: dict[int, bytes] = {}

    def attempt(self, work: Callable[[], _Result], where: str) -> _Result:
        """Do something with the library; if that fails start the library anew and try once more.

        A token that was pulled and put back, or made by another program after the library was loaded, is
        then found again. Sessions of all signers of this module end with it; they open new ones by themselves.

        Raises:
            PinRefusedError: the PIN is wrong; there is no second try.
            SignerError: what the token or library answered.
        """
        with self._lock:
            try:
                return work()
            except _PIN_FAULTS as error:
                self.reset()  # the session that nobody logged in to, and what the library remembers of the token
                raise _pin_refused(error, where) from error
            except pkcs11.PKCS11Error:
                self.reset()
            return self.once(work, where)

    def once(self, work: Callable[[], _Result], where: str) -> _Result:
        """Do something that must not be done twice, such as making a key. Raises as `attempt`."""
        with self._lock:
            try:
                return work()
            except _PIN_FAULTS as error:
                self.reset()
                raise _pin_refused(error, where) from error
            except pkcs11.PKCS11Error as error:
                self.reset()
                raise SignerError(where, came=name_fault(error), expected="a token that answers", todo=_LOOK) from error

    def session(self, uri: TokenUri, pin: bytes, *, writes: bool = False) -> pkcs11.Session:
        """Return a session, logged in, with the token that a reference names. Within `attempt` only."""
        token = self._token(uri)
        slot = token.slot.slot_id
        if slot in self._pins and self._pins[slot] != pin:
            raise PinRefusedError("PIN", came="another than this token was opened with", expected="the same")
        if (slot, writes) not in self._sessions:
            given = None if slot in self._pins else pin.decode()  # login is the process's, not the session's
            self._sessions[slot, writes] = token.open(rw=writes, user_pin=given)
            self._pins[slot] = pin
        return self._sessions[slot, writes]

    def tokens(self) -> list[pkcs11.Token]:
        """Return the tokens that have been initialised. Within `attempt` only."""
        return [each for each in self._library().get_tokens() if each.flags & pkcs11.TokenFlag.TOKEN_INITIALIZED]

    def reset(self) -> None:
        """Close every session and end the library; the next use starts it again."""
        with self._lock:
            self.generation += 1
            for session in self._sessions.values():
                with contextlib.suppress(pkcs11.PKCS11Error):  # gone already: that is why we are here
                    session.close()
            self._sessions.clear()
            self._pins.clear()
            with contextlib.suppress(pkcs11.PKCS11Error, SetupError):
                self._library().finalize()

    def _token(self, uri: TokenUri) -> pkcs11.Token:
        found = [each for each in self.tokens() if _is_meant(each, uri)]
        if not found:
            raise fault.NoSuchToken
        if len(found) > 1:
            raise fault.MultipleTokensReturned
        return found[0]

    def _library(self) -> Library:
        if not os.path.exists(self.path):  # noqa: PTH110 - the library's loader takes text
            todo = "Install the library that came with the device. Debian's SoftHSM: package softhsm2."
            raise SetupError("key.module-path", came=self.path, expected="a PKCS#11 library that is there", todo=todo)
        try:
            return pkcs11.lib(self.path)
        except pkcs11.PKCS11Error as error:
            if not str(error).startswith(("OS exception", "Unknown exception")):
                raise
            raise SetupError("key.module-path", came=str(error), expected="a PKCS#11 library") from error


_modules: dict[str, Module] = {}  # as the libraries themselves: one for the process
_modules_lock = threading.Lock()


def module_of(path: str) -> Module:
    """Return the module of a library's path, always the same one."""
    with _modules_lock:
        return _modules.setdefault(os.path.realpath(path), Module(path))


def name_fault(error: pkcs11.PKCS11Error) -> str:
    """Return what a library answered, by its name in PKCS#11."""
    names = {
        fault.NoSuchToken: "no such token",
        fault.MultipleTokensReturned: "more than one token of this description",
        fault.NoSuchKey: "no such key in the token",
        fault.MultipleObjectsReturned: "more than one key of this description",
    }
    return names.get(type(error), type(error).__name__)


def _is_meant(token: pkcs11.Token, uri: TokenUri) -> bool:
    asked = {
        "label": uri.token, "manufacturer_id": uri.manufacturer, "model": uri.model,
        "serial": None if uri.serial is None else uri.serial.encode(),
    }  # fmt: skip
    named = all(value is None or getattr(token, name) == value for name, value in asked.items())
    return named and (uri.slot is None or token.slot.slot_id == uri.slot)


def _pin_refused(error: pkcs11.PKCS11Error, where: str) -> PinRefusedError:
    todo = "Look it up before you try again: most cards lock after three wrong PINs."
    return PinRefusedError(where, came=type(error).__name__, expected="the token's user PIN", todo=todo)
