"""Notes, keys and checkpoints to try readers on."""

from hypothesis import strategies as st

from ledger.signing.signer import MemorySigner
from tests.verifier.primitives.keyring import signer
from verifier.primitives.checkpoint import Checkpoint, format_checkpoint
from verifier.primitives.keys import EDDSA, ML_DSA_44
from verifier.primitives.note import (
    ED25519_COSIGNATURE,
    ED25519_NOTE,
    ML_DSA_COSIGNATURE,
    Note,
    NoteKey,
    NoteSignature,
)

KINDS = {ED25519_NOTE: EDDSA, ED25519_COSIGNATURE: EDDSA, ML_DSA_COSIGNATURE: ML_DSA_44}
HASHES = st.binary(min_size=32, max_size=32)
NAMES = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="+"), min_size=1, max_size=20)
LINES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="".join(map(chr, range(32)))), max_size=20)


def named_key(kind: int, name: str = "log.example/zone") -> tuple[NoteKey, MemorySigner]:
    """Return a key of this kind and what signs with it."""
    signs = signer(KINDS[kind], name)
    return NoteKey(name, kind, signs.public), signs


def checkpoints() -> st.SearchStrategy[Checkpoint]:
    return st.builds(Checkpoint, NAMES, st.integers(0, 2**63 - 1), HASHES)


def signatures() -> st.SearchStrategy[NoteSignature]:
    return st.builds(NoteSignature, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))


def notes() -> st.SearchStrategy[Note]:
    """Any text, with one to four lines below it."""
    lines = st.lists(signatures(), min_size=1, max_size=4, unique_by=lambda line: (line.name, line.key_id))
    texts = st.lists(LINES, min_size=1, max_size=4).map(lambda each: "\n".join(each) + "\n")
    return st.builds(Note, texts | checkpoints().map(format_checkpoint), lines.map(tuple))
