"""`key new`, `show`, `list`, `passwd`, `prove`: keys in files and tokens, and what is public of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.holder import Holder, read_holder
from ledger.cli.options import argument, help_of, option, sharing
from ledger.cli.passphrases import read_passphrase
from ledger.cli.speaking import Voice, door
from ledger.errors import KeyFileError
from ledger.signing.keyfile import change_passphrase, load_key, save_key
from ledger.signing.possession import check_possession, format_possession, parse_possession, prove_possession
from ledger.signing.reference import generate_in_token, is_token, key_file_of, list_token
from ledger.signing.signer import generate
from verifier.errors import MalformedError
from verifier.primitives.keys import ALGORITHM_NAMES, ALGORITHMS, EDDSA, ML_DSA_44, PublicKey, format_key
from verifier.primitives.note import ED25519_COSIGNATURE, ML_DSA_COSIGNATURE, NoteKey, format_vkey, require_name

key = typer.Typer(help=help_of("key"), no_args_is_help=True)
_COSIGNING = {EDDSA: ED25519_COSIGNATURE, ML_DSA_44: ML_DSA_COSIGNATURE}
_Key = Annotated[str, argument("help.key-reference", "KEY")]
_Name = Annotated[str | None, option("--name", text="help.key-name", metavar="NAME")]
_DryRun = Annotated[bool, option("--dry-run", text="help.key-dry-run")]


@key.command("new", help=help_of("key.new"))
@door
@sharing(read_holder)
def new(
    holder: Holder,
    place: Annotated[str, argument("help.key-place", "FILE|LABEL")],
    *,
    alg: Annotated[str, option("--alg", text="help.alg")] = "ES256",
    token: Annotated[str | None, option("--token", text="help.token", metavar="URI")] = None,
    name: _Name = None,
    dry_run: _DryRun = False,
) -> None:
    """Make a new key, in a file or in a token."""
    if alg not in ALGORITHMS or alg == "SM2-SM3":
        raise MalformedError("--alg", came=alg, expected="ES256, EdDSA or ML-DSA-44")
    if name is not None:
        _require_cosigning(ALGORITHMS[alg], name)
    if token is not None:
        made = generate_in_token(token, holder.secret(token), label=place, alg=ALGORITHMS[alg], dry_run=dry_run)
        return _tell(holder.voice, made.public if made else None, made.reference if made else place, name)
    file = _key_file(place)
    if dry_run:
        _require_absent(file)
        return _tell(holder.voice, None, str(file), name)
    signer = generate(ALGORITHMS[alg])
    save_key(file, signer, holder.passphrase(new=True))
    return _tell(holder.voice, signer.public, str(file), name)


@key.command("show", help=help_of("key.show"))
@door
@sharing(read_holder)
def show(holder: Holder, reference: _Key, *, name: _Name = None) -> None:
    """Show the public part of a key."""
    _tell(holder.voice, holder.open(reference).public, reference, name)


@key.command("list", help=help_of("key.list"))
@door
@sharing(read_holder)
def list_(holder: Holder, token: Annotated[str, argument("help.token", "URI")]) -> None:
    """List the keys in a token."""
    keys = list_token(token, holder.secret(token))
    answers: list[dict[str, Any]] = [
        {"reference": each.reference, "label": each.label, **(describe_key(each.public, None) if each.public else {})}
        for each in keys
    ]
    lines = [line for each in answers for line in _listed(holder.voice, each)] or [holder.voice.say("key.list.none")]
    holder.voice.data({"keys": answers}, lines)


@key.command("passwd", help=help_of("key.passwd"))
@door
@sharing(read_holder)
def passwd(
    holder: Holder,
    file: Annotated[str, argument("help.key-file", "FILE")],
    *,
    new_passphrase_env: Annotated[
        str | None, option("--new-passphrase-env", text="help.new-env", metavar="NAME")
    ] = None,
    new_passphrase_file: Annotated[
        Path | None, option("--new-passphrase-file", text="help.new-file", metavar="FILE")
    ] = None,
    dry_run: _DryRun = False,
) -> None:
    """Change the passphrase of a key file."""
    path = _key_file(file)
    old = holder.passphrase()
    signer = load_key(path, old)
    fresh = read_passphrase(holder.voice, new_passphrase_env, new_passphrase_file, new=True)
    if not dry_run:
        change_passphrase(path, old, fresh)
    holder.voice.tell("key.dry-run" if dry_run else "key.passwd.done", place=str(path))
    answer = describe_key(signer.public, None)
    holder.voice.data({**answer, "changed": not dry_run}, _lines(holder.voice, answer))


@key.command("prove", help=help_of("key.prove"))
@door
@sharing(read_holder)
def prove(
    holder: Holder,
    reference: Annotated[str, argument("help.prove", "KEY|PROOF")],
    *,
    challenge: Annotated[str | None, option("--challenge", text="help.challenge", metavar="TEXT")] = None,
    check: Annotated[bool, option("--check", text="help.check")] = False,
    dry_run: Annotated[bool, option("--dry-run", text="help.prove-dry-run")] = False,
) -> None:
    """Prove that one can sign with a key, or check such a proof."""
    if challenge is None:
        raise MalformedError("--challenge", came="nothing", expected="the text that whoever registers the key gave")
    if check:
        answer = describe_key(check_possession(parse_possession(_read(Path(reference))), challenge=challenge), None)
        holder.voice.tell("key.prove.holds", challenge=challenge)
        return holder.voice.data({**answer, "challenge": challenge, "holds": True}, _lines(holder.voice, answer))
    signer = holder.open(reference)
    if dry_run:
        answer = describe_key(signer.public, None)
        holder.voice.tell("key.would-prove", challenge=challenge)
        return holder.voice.data({**answer, "challenge": challenge, "holds": None}, _lines(holder.voice, answer))
    proof = prove_possession(signer, challenge)
    answer = format_possession(proof)
    return holder.voice.data(answer, [json.dumps(answer, ensure_ascii=False)])


def describe_key(public: PublicKey, name: str | None) -> dict[str, Any]:
    """Return what is public of a key; with a name, its vkey as a witness's."""
    answer: dict[str, Any] = {"kid": public.kid.hex(), "key": format_key(public)}
    if name is None:
        return answer
    kind = _require_cosigning(public.alg, name)
    return {**answer, "vkey": format_vkey(NoteKey(name, kind, public))}


def _require_cosigning(alg: int, name: str) -> int:
    if alg not in _COSIGNING:
        raise MalformedError("--name", came=ALGORITHM_NAMES[alg], expected="an EdDSA or ML-DSA-44 key")
    require_name(name, "--name")
    return _COSIGNING[alg]


def _tell(voice: Voice, public: PublicKey | None, reference: str, name: str | None) -> None:
    """Tell of a key; None where none was made, on a dry run."""
    if public is None:
        voice.tell("key.dry-run", place=reference)
        return voice.data({"made": False}, [voice.say("key.would", place=reference)])
    answer = {**describe_key(public, name), "reference": reference}
    return voice.data(answer, _lines(voice, answer))


def _lines(voice: Voice, answer: dict[str, Any]) -> list[str]:
    lines = [
        f"kid: {answer['kid']}",
        f"{voice.say('label.algorithm')}: {answer['key']['alg']}",
        f"{voice.say('label.public')}: {answer['key']['public']}",
    ]
    lines += [f"vkey: {answer['vkey']}"] if "vkey" in answer else []
    return lines + ([f"{voice.say('label.reference')}: {answer['reference']}"] if "reference" in answer else [])


def _listed(voice: Voice, answer: dict[str, Any]) -> list[str]:
    if "kid" in answer:
        return _lines(voice, answer)
    return [f"{voice.say('label.reference')}: {answer['reference']} ({voice.say('key.list.other')})"]


def _key_file(reference: str) -> Path:
    file = key_file_of(reference)
    if file is None:
        todo = "For a key in a token: suyuan key new LABEL --token URI." if is_token(reference) else ""
        raise MalformedError("FILE", came=reference, expected="the path of a key file", todo=todo)
    return file


def _require_absent(file: Path) -> None:
    if file.exists():
        raise KeyFileError(str(file), came="a file that is there already", expected="a new file")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(str(path), came=error.strerror, expected="a proof of possession") from error
