"""What `witness keys` tells: the verifier keys of a witness, by what they are for. No key is made here."""

from __future__ import annotations

from ledger.witness.folder import WitnessFolder
from ledger.witness.keys import REPLAY, load_cosigner_keys
from ledger.witness.mirror.mirror import open_mirror_keys
from ledger.witness.statements.keys import has_notice_key, open_notice_key
from verifier.primitives.note import format_vkey


def read_vkeys(place: WitnessFolder, passphrase: bytes) -> tuple[str, dict[str, list[str]]]:
    """Return a witness's name and its verifier keys (C2SP signed-note) by purpose; a purpose without keys has none.

    Args:
        place: the witness's folder.
        passphrase: opens its key files.

    Raises:
        SetupError: there is no witness here.
        KeyFileError: the passphrase does not open a file.
    """
    name, _ = place.read()
    named = {"cosigner": load_cosigner_keys(place.keys, name, passphrase).note_keys}
    if (place.keys / f"{REPLAY}.pem").exists():
        named["replay"] = place.replay_keys(name, passphrase).note_keys
    if (place.keys / "mirror").exists():
        named["mirror"] = open_mirror_keys(place.keys, name, passphrase).note_keys
    if has_notice_key(place.keys):
        named["notices"] = (open_notice_key(place.keys, name, passphrase).public,)
    return name, {purpose: [format_vkey(each) for each in keys] for purpose, keys in named.items()}
