"""Programs that sign for us, as agencies would write them: an honest one, and others."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ledger.signing.signer import MemorySigner
from verifier.primitives.keys import format_key

_FRAME = """#!{python} {options}
import base64, json, os, sys, time
KEY, HERE = {key}, {here!r}
with open(HERE + "/started", "a") as file:
    file.write("x")
STARTS = os.path.getsize(HERE + "/started")

def say(text):
    print(text, flush=True)

def answer(signature):
    say(json.dumps({{"version": 1, "signature": base64.b64encode(signature).decode()}}))

for count, line in enumerate(sys.stdin):
    request = json.loads(line)
    assert request["version"] == 1
    if request["operation"] == "public":
        say(json.dumps({{"version": 1, "key": KEY}}))
        continue
    message = base64.b64decode(request["message"], validate=True)
{sign}
"""
_HONEST = """
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
key = serialization.load_der_private_key(open({raw!r}, "rb").read(), None)
if isinstance(key, ec.EllipticCurvePrivateKey):
    r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    answer(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
else:
    answer(key.sign(message))
"""


def write_program(folder: Path, signer: MemorySigner, sign: str, *, options: str = "-IS") -> Path:
    """Write a program that gives the signer's public key; `sign` are the lines that deal with `message`."""
    body = "\n".join(f"    {line}" for line in sign.strip().splitlines())
    key = json.dumps(format_key(signer.public))
    path = folder / "signer"
    path.write_text(_FRAME.format(python=sys.executable, options=options, key=key, here=str(folder), sign=body))
    path.chmod(0o700)
    return path


def write_honest(folder: Path, signer: MemorySigner) -> Path:
    """Write a program that signs with the key."""
    raw = folder / "key.der"
    raw.write_bytes(signer.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    return write_program(folder, signer, _HONEST.format(raw=str(raw)), options="-I")


def starts_of(folder: Path) -> int:
    """Return how often a program of this folder was started."""
    return (folder / "started").stat().st_size
