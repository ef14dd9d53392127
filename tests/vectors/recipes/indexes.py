"""Index proofs: docs/formats.md, section 10. Honest ones by the prover of the tests, forged ones by hand."""

from tests.reference import bits, prefix_tree_root
from tests.vectors.recipe import Book
from tests.vectors.recipes.spell import H, cbor, flip
from tests.verifier.ledgerformat.index_prover import Written, key, prove

book = Book("index-proof", "NotIndexedError", "index proof")
V, W, EMPTY = H(b"value"), H(b"another value"), bytes(32)
K, NEAR, FAR, FARTHEST = key(0b00000), key(0b00001), key(0b10000), key(0b11111)
REAL = {H(b"suyuan/key/v1|trace|", bytes([each])): H(b"\x04", bytes([each])) for each in range(40)}
KEYS = sorted(REAL)
ABSENT = [H(b"suyuan/key/v1|recall|", bytes([each])) for each in range(3)]


def spelt(written: Written) -> bytes:
    proof = written.proof
    return cbor([proof.turns, proof.nodes, proof.strangers])


def add(name: str, desc: str, pairs: dict[bytes, bytes], *asked: bytes) -> None:
    claims = {each: pairs.get(each) for each in asked}
    book.valid(name, desc, root=prefix_tree_root(pairs), claims=claims, hex=spelt(prove(pairs, asked)))


def refused(
    name: str,
    desc: str,
    root: bytes,
    claims: dict[bytes, bytes | None],
    proof: Written | bytes,
    *,
    error: str | None = None,
) -> None:
    book.refused(
        name, desc, error=error, root=root, claims=claims, hex=proof if isinstance(proof, bytes) else spelt(proof)
    )


add("one-key-present", "the only leaf", {K: V}, K)
add("one-key-absent-in-an-empty-index", "the empty root", {}, K)
add("one-key-absent-before-a-stranger", "another leaf lies on its path", {NEAR: V}, K)
add("two-keys-that-part-at-bit-4", "empty siblings on the way", {K: V, NEAR: W}, K)
add("two-keys-that-part-at-the-last-bit", "leaves at depth 256", {key(0, 0): V, key(0, 1): W}, key(0, 1))
add("absent-where-a-node-has-an-empty-side", "symbol 0", {K: V, NEAR: W}, FAR)
add("one-present-and-one-absent-under-one-leaf", "a stranger that is one of the keys", {K: V, FAR: W}, K, NEAR)
add("two-absent-before-one-stranger", "a stranger once", {FAR: W}, K, NEAR)
add("five-of-forty", "of real keys", REAL, *KEYS[:3], *KEYS[-2:])
add("two-present-and-three-absent-of-forty", "of real keys", REAL, KEYS[0], KEYS[20], *ABSENT)
add("all-of-forty", "no sibling hash at all", REAL, *KEYS)

LEAF, OTHER = H(b"\x02", K, V), H(b"\x02", FAR, W)
TWO = {K: V, FAR: W}
ROOT = prefix_tree_root(TWO)
refused("value-another", "the value is claimed", ROOT, {K: W}, prove(TWO, [K]))
refused("absent-though-present", "absence is claimed", ROOT, {K: None}, prove(TWO, [K]))
refused("present-though-absent", "presence is claimed", ROOT, {NEAR: V}, prove(TWO, [NEAR]))
refused("present-where-empty", "presence is claimed", EMPTY, {K: V}, Written([0]))
refused("proof-of-another-index", "the root is another", ROOT, {K: None}, prove({FAR: W}, [K]))
refused("proof-for-another-key", "the walk is the key's", ROOT, {FAR: W}, prove(TWO, [K]))
refused("root-another", "the root is another", flip(ROOT), {K: V}, prove(TWO, [K]))
refused("no-key", "at least one key", ROOT, {}, prove(TWO, [K]))
refused("sibling-bit-flipped", "the root is another", ROOT, {K: V}, Written([3, 1, 1], [flip(OTHER)]))
refused("sibling-missing", "a hash for each sibling", ROOT, {K: V}, Written([3, 1, 1], []))
refused("sibling-of-31-bytes", "32 bytes a hash", ROOT, {K: V}, Written([3, 1, 1], [OTHER[:31]]))
refused("sibling-too-many", "nothing unused", ROOT, {K: V}, Written([3, 1, 1], [OTHER, OTHER]))
refused("sibling-empty-spelled-out", "empty is symbol 0", H(b"\x03", LEAF, EMPTY), {K: V}, Written([3, 1, 1], [EMPTY]))
refused("sibling-as-stranger", "symbol 2 is for keys", ROOT, {K: V}, Written([3, 1, 2], [], [FAR + W]))
refused("sibling-as-node", "symbol 3 is for keys", ROOT, {K: V}, Written([3, 1, 3, 1, 1], [OTHER, OTHER]))
refused(
    "turn-missing", "a symbol for each place", prefix_tree_root(REAL), {KEYS[0]: REAL[KEYS[0]]}, Written([3, 3, 3, 3])
)
refused("turns-empty", "a symbol for each place", EMPTY, {K: None}, cbor([b"", b"", b""]))
refused("turns-a-byte-too-many", "no byte more than needed", LEAF, {K: V}, cbor([b"\x40\x00", b"", b""]))
refused("turns-padded-with-ones", "zero bits", LEAF, {K: V}, cbor([b"\x7f", b"", b""]))
refused("turns-padded-with-a-symbol", "zero bits", LEAF, {K: V}, cbor([b"\x50", b"", b""]))
refused("turns-least-significant-first", "most significant bits first", ROOT, {K: V}, cbor([b"\x17", OTHER, b""]))
refused("node-over-nothing", "empty is symbol 0", H(b"\x03", EMPTY, EMPTY), {K: None}, Written([3, 0, 0]))
refused("node-over-a-lone-leaf", "a leaf lies where it is alone", H(b"\x03", LEAF, EMPTY), {K: V}, Written([3, 1, 0]))
refused(
    "node-over-a-lone-stranger",
    "a leaf lies where it is alone",
    H(b"\x03", H(b"\x02", NEAR, V), EMPTY),
    {K: None},
    Written([3, 2, 0], [], [NEAR + V]),
)
refused(
    "node-over-a-lone-leaf-on-the-right",
    "a leaf lies where it is alone",
    H(b"\x03", EMPTY, OTHER),
    {K: None, FAR: W},
    Written([3, 0, 1]),
)
refused("node-at-depth-256", "no key is that long", EMPTY, {K: V}, Written([3] * 257 + [1] + [1] * 257, [V] * 257))
refused("node-at-depth-300", "no key is that long", EMPTY, {K: V}, Written([3] * 301 + [1] + [1] * 301, [V] * 301))
refused("leaf-for-two-keys", "symbol 1 is for one key", LEAF, {K: V, NEAR: None}, Written([1]))
refused("leaf-hashed-as-a-node", "02 before key and value", H(b"\x03", K, V), {K: V}, Written([1]))
refused("leaf-hashed-as-of-rfc-6962", "02 before key and value", H(b"\x00", K, V), {K: V}, Written([1]))
refused("stranger-is-the-key-absent", "its own leaf", LEAF, {K: None}, Written([2], [], [K + V]))
refused("stranger-is-the-key-present", "its own leaf has symbol 1", LEAF, {K: V}, Written([2], [], [K + V]))
refused(
    "stranger-among-the-keys-with-another-value",
    "its value is that key's",
    LEAF,
    {K: W, NEAR: None},
    Written([2], [], [K + V]),
)
refused(
    "stranger-with-a-key-claimed-present", "the others are absent", LEAF, {K: V, NEAR: V}, Written([2], [], [K + V])
)
refused(
    "stranger-off-its-path",
    "on the path of the key",
    H(b"\x03", OTHER, H(b"\x02", FARTHEST, V)),
    {K: None},
    Written([3, 2, 1], [H(b"\x02", FARTHEST, V)], [FAR + W]),
)
refused(
    "stranger-of-63-bytes",
    "32 bytes of key and of value",
    prefix_tree_root({NEAR: V}),
    {K: None},
    Written([2], [], [(NEAR + V)[:63]]),
)
refused(
    "stranger-too-many",
    "nothing unused",
    prefix_tree_root({NEAR: V}),
    {K: None},
    Written([2], [], [NEAR + V, NEAR + V]),
)
refused("right-before-left", "left before right", ROOT, {K: V}, Written([3, 1, 1], [LEAF]))
mirrored = {bytes(int(f"{byte:08b}"[::-1], 2) for byte in each): value for each, value in REAL.items()}
refused(
    "bits-from-the-bottom",
    "bit 0 is the top bit",
    prefix_tree_root(mirrored),
    {KEYS[0]: REAL[KEYS[0]]},
    prove(REAL, KEYS[:1]),
)
assert bits(KEYS[0]) != bits(KEYS[0])[::-1]
for name, proof, desc in (
    ("of-two-strings", [b"\x40", b""], "three byte strings"),
    ("of-four-strings", [b"\x40", b"", b"", b""], "three byte strings"),
    ("turns-as-text", ["@", b"", b""], "three byte strings"),
    ("nodes-as-list", [b"\x40", [], b""], "three byte strings"),
    ("as-map", {0: b"\x40", 1: b"", 2: b""}, "an array"),
):
    refused(name, desc, LEAF, {K: V}, cbor(proof), error="MalformedError")
