"""Keys in a token (SoftHSM2): they sign as every other key, cannot be read, and a token's faults are told."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from ledger.errors import SetupError, SignerError
from ledger.signing.reference import generate_in_token, list_token, open_signer
from ledger.signing.signer import MAX_MESSAGE, generate
from tests.ledger.signing.tokens import PIN
from verifier.errors import BadSignatureError, MalformedError, UnsupportedError
from verifier.primitives.keys import EDDSA, ES256, ML_DSA_44, P256_ORDER

ALGORITHMS = pytest.mark.parametrize("alg", [ES256, EDDSA], ids=["ES256", "EdDSA"])


def ask() -> bytes:
    return PIN.encode()


@ALGORITHMS
@pytest.mark.parametrize("length", [0, 1, MAX_MESSAGE])
def test_signature_of_a_key_in_a_token_is_the_key_s_and_over_this_message_alone(token, alg, length):
    signer = token.generate("statement", alg)
    message = bytes(length)
    signature = signer.sign(message)
    assert len(signature) == 64
    signer.public.verify(signature, message)
    with pytest.raises(BadSignatureError):
        signer.public.verify(signature, message + b"x")


@ALGORITHMS
def test_key_that_was_brought_in_is_found_with_its_public_part_and_verified_by_others(token, alg):
    """The yardstick is a key whose public part is known beforehand, and the library's own verification."""
    known = generate(alg)
    token.put("known", known)
    signer = token.open("known")
    assert signer.public == known.public
    public, signature = known.private.public_key(), signer.sign(b"message")
    if isinstance(public, ed25519.Ed25519PublicKey):
        public.verify(signature, b"message")
    else:
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        public.verify(encode_dss_signature(r, s), b"message", ec.ECDSA(SHA256()))


def test_every_signature_of_es256_has_its_s_in_the_lower_half_though_the_token_gives_either(token):
    signer = token.generate("statement", ES256)
    lows = [int.from_bytes(signer.sign(b"%d" % each)[32:], "big") for each in range(40)]
    assert all(0 < low <= P256_ORDER // 2 for low in lows)


@ALGORITHMS
def test_private_part_that_was_made_in_a_token_cannot_be_read_by_who_knows_the_pin(token, alg):
    token.generate("statement", alg)
    code = (
        "import sys, pkcs11; so, label, pin = sys.argv[1:]\n"
        "with pkcs11.lib(so).get_token(token_label=label).open(user_pin=pin) as session:\n"
        "    key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY)\n"
        "    flags = ('SENSITIVE', 'ALWAYS_SENSITIVE', 'NEVER_EXTRACTABLE', 'PRIVATE')\n"
        "    assert all(key[pkcs11.Attribute[each]] for each in flags)\n"
        "    try:\n"
        "        key[pkcs11.Attribute.VALUE]\n"
        "    except pkcs11.AttributeSensitive:\n"
        "        print('refused')\n"
    )
    command = [sys.executable, "-c", code, str(token.module), token.label, PIN]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "refused\n"


def test_message_that_a_smart_key_would_not_take_is_refused(token):
    with pytest.raises(MalformedError, match="4096"):
        token.generate("statement", EDDSA).sign(bytes(MAX_MESSAGE + 1))


def test_two_keys_of_one_token_sign_from_many_threads(token):
    signers = [token.generate("statement", ES256), token.generate("request", EDDSA)]
    work = [(signers[each % 2], b"%d" % each) for each in range(60)]
    with ThreadPoolExecutor(8) as pool:
        signatures = list(pool.map(lambda each: each[0].sign(each[1]), work))
    for (signer, message), signature in zip(work, signatures, strict=True):
        signer.public.verify(signature, message)


def test_key_that_wants_the_pin_for_every_signature_gets_it(token):
    token.generate_asking("qualified")
    signer = token.open("qualified")
    for message in (b"one", b"two", b"three"):
        signer.public.verify(signer.sign(message), message)


def certificate_of(signer) -> bytes:
    """Return an invented certificate, signed with the key itself."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "customs.example")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, signer.private.public_key(), 1, begin, begin + timedelta(days=365))
    digest = None if signer.public.alg == EDDSA else SHA256()
    return builder.sign(signer.private, digest).public_bytes(Encoding.DER)


@ALGORITHMS
def test_key_with_a_certificate_and_no_public_object_is_found(token, alg):
    known = generate(alg)
    token.put_certified("card", known, certificate_of(known))
    signer = token.open("card")
    assert signer.public == known.public
    known.public.verify(signer.sign(b"message"), b"message")


@pytest.mark.parametrize("what", ["another key", "another kind", "noise"])
def test_certificate_that_is_not_the_key_s_lets_nothing_be_handed_on(token, what):
    kinds = {"another key": ES256, "another kind": EDDSA}
    certificate = certificate_of(generate(kinds[what])) if what in kinds else b"noise"
    token.put_certified("card", generate(ES256), certificate)
    with pytest.raises((SignerError, MalformedError)):
        token.open("card").sign(b"message")


# What goes wrong.


def test_wrong_pin_is_told_and_nothing_is_repeated_of_it(token):
    token.generate("statement", ES256)
    for pin in ("314159", "1", "x" * 300):  # wrong, too short, too long; while another key is logged in, and without
        with pytest.raises(SignerError, match="PIN") as refused:
            token.open("statement", pin)
        assert pin not in str(refused.value) or pin == "1"
    from ledger.signing.cryptoki import module_of  # noqa: PLC0415 - as the fixture

    module_of(str(token.module)).reset()
    with pytest.raises(SignerError, match="PinIncorrect") as refused:
        token.open("statement", "314159")
    assert refused.value.todo


def test_pin_that_is_no_text_costs_no_try(token):
    with pytest.raises(MalformedError, match="PIN"):
        open_signer(token.reference("statement"), lambda: b"\xff\xfe")


def test_pin_that_was_refused_is_not_tried_again_by_the_same_signer(token):
    signer = token.generate("statement", ES256)
    token.pull()
    with pytest.raises(SignerError, match="no such token"):
        signer.sign(b"message")
    token.plug()
    token.set_pin(PIN, "161803")
    with pytest.raises(SignerError, match="PinIncorrect"):
        signer.sign(b"message")
    token.set_pin("161803", PIN)
    with pytest.raises(SignerError, match="PinIncorrect"):
        signer.sign(b"message")
    token.open("statement").sign(b"message")


@ALGORITHMS
def test_token_that_is_pulled_is_told_and_signs_again_once_it_is_back(token, alg):
    signer, other = token.generate("statement", alg), token.generate("request", EDDSA)
    token.pull()
    for each in (signer, other):
        with pytest.raises(SignerError, match="no such token") as refused:
            each.sign(b"message")
        assert "reader" in refused.value.todo
    token.plug()
    for each in (signer, other):
        each.public.verify(each.sign(b"message"), b"message")


def test_another_key_under_the_same_label_is_found_out_and_hands_on_nothing(token):
    signer = token.generate("statement", ES256)
    token.pull()
    token.util("--init-token", "--free", "--label", token.label, "--so-pin", "3141592653", "--pin", PIN)
    token.put("statement", generate(ES256))
    with pytest.raises(SignerError, match="does not verify"):
        signer.sign(b"message")


def test_what_is_not_there_is_told_by_name(token):
    token.generate("statement", ES256)
    with pytest.raises(SignerError, match="no such key"):
        token.open("request")
    with pytest.raises(SignerError, match="no such token"):
        open_signer(token.reference("statement").replace("agency", "other"), ask)
    missing = token.reference("statement").replace(str(token.module), "/nowhere/lib.so")
    with pytest.raises(SetupError, match="module-path") as refused:
        open_signer(missing, ask)
    assert "softhsm2" in refused.value.todo
    no_library = token.reference("statement").replace(str(token.module), "/etc/hosts")
    with pytest.raises(SetupError, match="module-path"):
        open_signer(no_library, ask)
    with pytest.raises(MalformedError, match="object"):
        open_signer(token.uri, ask)


def test_two_keys_of_one_label_are_told_apart_by_their_id(token):
    one, other = generate(ES256), generate(ES256)
    token.put("statement", one, "01")
    token.put("statement", other, "02")
    with pytest.raises(SignerError, match="more than one key"):
        token.open("statement")
    for number, known in (("01", one), ("02", other)):
        signer = open_signer(token.reference("statement").replace("?", f";id=%{number}?"), ask)
        assert signer.public == known.public
        known.public.verify(signer.sign(b"message"), b"message")


def test_pin_comes_from_a_file_or_variable_that_the_reference_names(token, tmp_path, monkeypatch):
    token.generate("statement", ES256)
    (tmp_path / "pin").write_text(f"{PIN}\n")
    monkeypatch.setenv("TOKEN_PIN", PIN)
    for query in (
        {"pin_source": str(tmp_path / "pin")},
        {"pin_source": f"file:{tmp_path}/pin"},
        {"pin_env": "TOKEN_PIN"},
    ):
        open_signer(token.reference("statement", **query), _nobody).sign(b"message")
    with pytest.raises(SetupError, match="UNSET"):
        open_signer(token.reference("statement", pin_env="UNSET"), _nobody)


def _nobody() -> bytes:
    raise AssertionError("asked, though the reference says where the PIN is")


# Making and listing.


def test_keys_of_a_token_are_listed_under_references_that_open_them(token):
    made = {label: token.generate(label, alg).public for label, alg in (("a b", ES256), ("帐;?&=/%", EDDSA))}
    token.put("brought", known := generate(EDDSA), "77")
    listed = {each.label: each for each in list_token(token.uri, ask)}
    assert {label: each.public for label, each in listed.items()} == {**made, "brought": known.public}
    for each in listed.values():
        assert open_signer(each.reference, ask).public == each.public


def test_key_of_another_curve_is_listed_as_not_usable_and_not_opened(token):
    pem = token.folder / "p384.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", pem],
                   check=True, capture_output=True)  # fmt: skip
    token.util("--import", pem, "--token", token.label, "--label", "other", "--id", "01", "--pin", PIN)
    (listed,) = list_token(token.uri, ask)
    assert (listed.label, listed.public) == ("other", None)
    with pytest.raises(SignerError, match="P-256 or Ed25519"):
        token.open("other")


def test_label_is_never_given_twice_and_a_dry_run_makes_nothing(token):
    assert generate_in_token(token.uri, ask, label="statement", alg=ES256, dry_run=True) is None
    assert list_token(token.uri, ask) == []
    first = token.generate("statement", ES256).public
    for dry in (True, False):
        with pytest.raises(SignerError, match="already"):
            generate_in_token(token.uri, ask, label="statement", alg=EDDSA, dry_run=dry)
    assert [each.public for each in list_token(token.uri, ask)] == [first]


def test_algorithm_that_tokens_do_not_make_is_refused(token):
    with pytest.raises(UnsupportedError, match="ES256 or EdDSA"):
        generate_in_token(token.uri, ask, label="statement", alg=ML_DSA_44)


def test_without_the_package_the_extra_is_named(tmp_path):
    code = (
        "import sys; sys.modules['pkcs11'] = None\n"
        "from ledger.signing.reference import open_signer\n"
        "try:\n"
        "    open_signer('pkcs11:object=a?module-path=/lib.so', lambda: b'1')\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.startswith("SetupError")
    assert "suyuan[pkcs11]" in said
