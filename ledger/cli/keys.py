"""`key new`, `key show`: encrypted key files and what is public of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.options import AsJson, Lang, PassphraseEnv, PassphraseFile, Quiet, argument, help_of, option
from ledger.cli.passphrases import read_passphrase
from ledger.cli.speaking import Voice, door
from ledger.signing.keyfile import load_key, save_key
from ledger.signing.signer import generate
from verifier.errors import MalformedError
from verifier.primitives.keys import ALGORITHM_NAMES, ALGORITHMS, EDDSA, ML_DSA_44, PublicKey, format_key
from verifier.primitives.note import ED25519_COSIGNATURE, ML_DSA_COSIGNATURE, NoteKey, format_vkey, require_name

key = typer.Typer(help=help_of("key"), no_args_is_help=True)
_COSIGNING = {EDDSA: ED25519_COSIGNATURE, ML_DSA_44: ML_DSA_COSIGNATURE}
_File = Annotated[Path, argument("help.key-file", "FILE")]
_Name = Annotated[str | None, option("--name", text="help.key-name", metavar="NAME")]


@key.command("new", help=help_of("key.new"))
@door
def new(  # noqa: PLR0913 - a command's options
    file: _File,
    *,
    alg: Annotated[str, option("--alg", text="help.alg")] = "ES256",
    name: _Name = None,
    passphrase_env: PassphraseEnv = None,
    passphrase_file: PassphraseFile = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make a new key file."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    if alg not in ALGORITHMS:
        raise MalformedError("--alg", came=alg, expected="ES256, EdDSA or ML-DSA-44")
    signer = generate(ALGORITHMS[alg])
    answer = describe_key(signer.public, name)
    save_key(file, signer, read_passphrase(voice, passphrase_env, passphrase_file, new=True))
    voice.data(answer, _lines(voice, answer))


@key.command("show", help=help_of("key.show"))
@door
def show(
    file: _File,
    *,
    name: _Name = None,
    passphrase_env: PassphraseEnv = None,
    passphrase_file: PassphraseFile = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show the public part of a key file."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    signer = load_key(file, read_passphrase(voice, passphrase_env, passphrase_file))
    answer = describe_key(signer.public, name)
    voice.data(answer, _lines(voice, answer))


def describe_key(public: PublicKey, name: str | None) -> dict[str, Any]:
    """Return what is public of a key; with a name, its vkey as a witness's."""
    answer: dict[str, Any] = {"kid": public.kid.hex(), "key": format_key(public)}
    if name is None:
        return answer
    if public.alg not in _COSIGNING:
        raise MalformedError("--name", came=ALGORITHM_NAMES[public.alg], expected="an EdDSA or ML-DSA-44 key")
    return {**answer, "vkey": format_vkey(NoteKey(require_name(name, "--name"), _COSIGNING[public.alg], public))}


def _lines(voice: Voice, answer: dict[str, Any]) -> list[str]:
    lines = [
        f"kid: {answer['kid']}",
        f"{voice.say('label.algorithm')}: {answer['key']['alg']}",
        f"{voice.say('label.public')}: {answer['key']['public']}",
    ]
    return lines + ([f"vkey: {answer['vkey']}"] if "vkey" in answer else [])
