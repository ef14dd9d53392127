"""The recipe of docs/http.md, run as it stands there: OpenSSL signs, curl sends, the receipt verifies."""

import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from verifier.ledgerformat.receipt import parse_receipt, verify_receipt
from verifier.ledgerformat.statement import Envelope, parse_entry
from verifier.primitives.keys import EDDSA, format_key, require_key
from verifier.primitives.merkle import leaf_hash

DOCUMENT = Path(__file__).parents[2] / "docs" / "http.md"
pytestmark = pytest.mark.skipif(
    not (shutil.which("openssl") and shutil.which("curl") and shutil.which("bash")),
    reason="needs the Debian packages openssl curl bash",
)


@pytest.fixture
def key(world, zone_terms, tmp_path):
    """A key that OpenSSL made, registered for the seller."""
    file = tmp_path / "key.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", file], check=True)
    command = ["openssl", "pkey", "-in", file, "-pubout", "-outform", "DER"]
    public = require_key(EDDSA, subprocess.run(command, check=True, capture_output=True).stdout[-32:])
    draft = zone_terms.Draft(
        "registry.enterprise-key", zone_terms.now(),
        subjects={"key": f"urn:suyuan:key:{public.kid.hex()}", "holder": world.seller.uri},
        data={"use": "statement", "key": format_key(public), "types": ["*"], "subjects": ["https://files.example/"]},
    )  # fmt: skip
    world.zone.say(world.customs, [draft])
    return file


def test_the_recipe_signs_and_submits_a_statement(server, world, zone_terms, key, tmp_path):
    (recipe,) = re.findall(r"^```bash\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    file = tmp_path / "report.pdf"
    file.write_bytes(bytes(range(256)) * 10)
    subject = "https://files.example/reports/检验-2026?x=1&y=\x7e" + "a" * 200
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin", "KEY": str(key), "ISSUER": world.seller.uri, "SUBJECT": subject,
        "ORIGIN": zone_terms.ORIGIN, "FILE": str(file), "SERVER": server.base,
    }  # fmt: skip
    script = tmp_path / "recipe.sh"
    script.write_text(recipe, "utf-8")
    done = subprocess.run(["bash", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "HTTP/1.1 201" in done.stdout
    entry = (tmp_path / "statement.cose").read_bytes()
    statement = parse_entry(entry)
    assert isinstance(statement, Envelope)
    assert statement.digest == sha256(file.read_bytes()).digest()
    assert statement.header.subject == subject
    receipt = (tmp_path / "receipt.cose").read_bytes()
    verify_receipt(
        parse_receipt(receipt), leaf=leaf_hash(entry), key=world.keys.receipt.public, origin=zone_terms.ORIGIN
    )
    again = subprocess.run(["bash", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert "HTTP/1.1 201" in again.stdout
    assert (tmp_path / "receipt.cose").read_bytes() == receipt
