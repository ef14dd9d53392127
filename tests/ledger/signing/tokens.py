"""SoftHSM2: a token in a folder of its own, made and filled by its own programs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ledger.signing.reference import generate_in_token, open_signer
from ledger.signing.signer import MemorySigner, Signer

PIN = "271828"
MODULES = [Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")]


@dataclass
class Token:
    """A token, and how to name what is in it."""

    folder: Path
    module: Path
    label: str = "agency"

    @property
    def tokens(self) -> Path:
        return self.folder / "tokens"

    @property
    def uri(self) -> str:
        return self.reference()

    def reference(self, label: str | None = None, **query: str) -> str:
        key = f";object={quote(label, safe='')}" if label else ""
        asked = "".join(f"&{name.replace('_', '-')}={value}" for name, value in query.items())
        return f"pkcs11:token={self.label}{key}?module-path={self.module}{asked}"

    def open(self, label: str, pin: str = PIN) -> Signer:
        return open_signer(self.reference(label), pin.encode)

    def generate(self, label: str, alg: int) -> Signer:
        """Make a key in the token."""
        assert generate_in_token(self.uri, PIN.encode, label=label, alg=alg)
        return self.open(label)

    def generate_asking(self, label: str) -> None:
        """Make a key of ES256 that wants the PIN for every signature, as others would: in another process."""
        code = (
            "import sys, pkcs11; from pkcs11 import Attribute, KeyType; so, token, label, pin = sys.argv[1:]\n"
            "with pkcs11.lib(so).get_token(token_label=token).open(rw=True, user_pin=pin) as session:\n"
            "    curve = {Attribute.EC_PARAMS: bytes.fromhex('06082a8648ce3d030107')}\n"
            "    parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)\n"
            "    asks = {Attribute.ALWAYS_AUTHENTICATE: True, Attribute.PRIVATE: True}\n"
            "    parameters.generate_keypair(store=True, label=label, id=b'1', private_template=asks)\n"
        )
        command = [sys.executable, "-c", code, str(self.module), self.label, label, PIN]
        subprocess.run(command, check=True, capture_output=True)

    def put(self, label: str, signer: MemorySigner, number: str = "a1") -> None:
        """Bring a key, made elsewhere, into the token."""
        pem = self.folder / f"{label}.pem"
        pem.write_bytes(signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.util("--import", pem, "--token", self.label, "--label", label, "--id", number, "--pin", PIN)

    def util(self, *arguments: object) -> None:
        subprocess.run(["softhsm2-util", *map(str, arguments)], check=True, capture_output=True)

    def put_certified(self, label: str, signer: MemorySigner, certificate: bytes) -> None:
        """Bring in a key as cards have it: with a certificate, and no public object."""
        self.put(label, signer, "c1")
        code = (
            "import sys, pkcs11; from pkcs11 import Attribute, CertificateType, ObjectClass\n"
            "so, token, pin, der = sys.argv[1:]\n"
            "with pkcs11.lib(so).get_token(token_label=token).open(rw=True, user_pin=pin) as session:\n"
            "    for each in session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY}):\n"
            "        each.destroy()\n"
            "    session.create_object({Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.ID: b'\\xc1',\n"
            "        Attribute.CERTIFICATE_TYPE: CertificateType.X_509, Attribute.TOKEN: True,\n"
            "        Attribute.SUBJECT: b'0\\x00', Attribute.VALUE: bytes.fromhex(der)})\n"
        )
        command = [sys.executable, "-c", code, str(self.module), self.label, PIN, certificate.hex()]
        subprocess.run(command, check=True, capture_output=True)

    def set_pin(self, old: str, new: str) -> None:
        """Change the PIN as somebody else would: in another process."""
        code = (
            "import sys, pkcs11; so, label, old, new = sys.argv[1:]\n"
            "with pkcs11.lib(so).get_token(token_label=label).open(rw=True, user_pin=old) as session:\n"
            "    session.set_pin(old, new)\n"
        )
        command = [sys.executable, "-c", code, str(self.module), self.label, old, new]
        subprocess.run(command, check=True, capture_output=True)

    def pull(self) -> None:
        """Take the token away."""
        self.tokens.rename(self.folder / "pulled")
        self.tokens.mkdir()

    def plug(self) -> None:
        """Bring it back."""
        self.tokens.rmdir()
        (self.folder / "pulled").rename(self.tokens)


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Token]:
    """A new token, its user PIN set; the library looks here and nowhere else."""
    module = next(filter(Path.exists, MODULES), None)
    if module is None or shutil.which("softhsm2-util") is None:
        pytest.skip(reason="needs the Debian package softhsm2")
    from ledger.signing.cryptoki import module_of  # noqa: PLC0415 - only where there is a token to speak to

    folder = tmp_path / "softhsm"
    made = Token(folder, module)
    made.tokens.mkdir(parents=True)
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {made.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    made.util("--init-token", "--free", "--label", made.label, "--so-pin", "3141592653", "--pin", PIN)
    module_of(str(module)).reset()
    yield made
    module_of(str(module)).reset()
