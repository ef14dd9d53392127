"""Statements, hash envelopes, seals and receipts, as our own code makes and signs them."""

from collections.abc import Sequence
from hashlib import sha256

from hypothesis import strategies as st

from ledger.compose.batch import sign_batch, sign_envelope
from ledger.compose.event import ComposedEvent
from ledger.prove.log import Leaves, inclusion_path
from ledger.signing.ledger_keys import LedgerKeys
from tests.verifier.ledgerformat.heads import PARTICIPANTS
from tests.verifier.primitives.keyring import signer
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.receipt import format_receipt
from verifier.ledgerformat.seal import Seal, SignedSeal
from verifier.ledgerformat.submission import Submission
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.keys import EDDSA, ES256, ML_DSA_44
from verifier.primitives.merkle import leaf_hash, tree_root

ORIGIN = "log.example/zone"
AGENCY = "urn:suyuan:agency:customs"
SIGNING = (ES256, EDDSA, ML_DSA_44)
KEYS = LedgerKeys(
    ORIGIN,
    checkpoint=signer(EDDSA, "checkpoint"),
    checkpoint_pq=signer(ML_DSA_44, "checkpoint"),
    seal=signer(EDDSA, "seal"),
    receipt=signer(EDDSA, "receipt"),
)
AUDIENCES = st.sets(st.sampled_from([ORIGIN, "a.example/log", "z.example/log"]), min_size=1).map(sorted)
HASHES = st.binary(min_size=32, max_size=32)
NUMBERS = st.integers(0, 2**53 - 1)


def submission(
    event_heads: Sequence[bytes],
    alg: int = EDDSA,
    *,
    issuer: str = AGENCY,
    audience: Sequence[str] = (ORIGIN,),
    first: int = 0,
) -> Submission:
    """Return a submission of these heads, with bodies that nobody has looked at."""
    events = [ComposedEvent(event_name(head), head, b"{}", (), ()) for head in event_heads]
    return sign_batch(events, signer(alg), issuer=issuer, audience=audience, first=first)


@st.composite
def statements(draw: st.DrawFn) -> bytes:
    """Statements by Ed25519 keys, the quickest."""
    event_heads = draw(st.lists(st.binary(max_size=40), min_size=1, max_size=4))
    made = submission(event_heads, issuer=draw(PARTICIPANTS), audience=draw(AUDIENCES), first=draw(NUMBERS))
    return made.statement


@st.composite
def envelopes(draw: st.DrawFn) -> bytes:
    subject = draw(st.sampled_from(["urn:example:paper", "https://example.org/1", "urn:suyuan:agency:other"]))
    parts = {"issuer": draw(PARTICIPANTS), "subject": subject, "audience": draw(AUDIENCES)}
    return sign_envelope(draw(HASHES), signer(EDDSA), **parts)


@st.composite
def seals(draw: st.DrawFn) -> Seal:
    first = draw(st.integers(0, 2**40))
    covered = draw(st.integers(first, 2**41))
    return Seal(first, covered, draw(HASHES) if first else None, draw(HASHES), draw(NUMBERS), draw(NUMBERS))


def signed_seals() -> st.SearchStrategy[SignedSeal]:
    return seals().map(KEYS.sign_seal)


def entries(size: int) -> list[bytes]:
    """Entries of a log, as a receipt's verifier may have them."""
    return [sha256(b"%d" % each).digest() for each in range(size)]


def receipt(index: int, size: int, time: int = 1_763_800_000) -> bytes:
    """Return the receipt of a leaf in a log of `entries(size)`."""
    hashes = [leaf_hash(entry) for entry in entries(size)]
    protected, signature = KEYS.sign_receipts(Checkpoint(ORIGIN, size, tree_root(hashes)), time)
    path = inclusion_path(Leaves(hashes), index, size)
    return format_receipt(protected=protected, signature=signature, size=size, index=index, path=path)


@st.composite
def receipts(draw: st.DrawFn) -> bytes:
    size = draw(st.integers(2, 40))
    return receipt(draw(st.integers(0, size - 1)), size, draw(st.integers(0, 2**40)))
