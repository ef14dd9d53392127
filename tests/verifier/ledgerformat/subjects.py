"""Subjects in their canonical spelling, with check digits reckoned as the standards' tables do."""

import string

from hypothesis import strategies as st

LOWER = string.ascii_lowercase
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def starting_lower(rest: str, most: int) -> st.SearchStrategy[str]:
    """A small letter, then at most `most` of these signs."""
    return st.builds(str.__add__, st.sampled_from(LOWER), st.text(rest, max_size=most))


LABELS = starting_lower(LOWER + string.digits + "-", 62)
WORDS = st.text(string.ascii_letters + string.digits + "._-", min_size=1, max_size=64)
KINDS = starting_lower(LOWER + string.digits + "-", 15)
TYPES = st.lists(starting_lower(LOWER + "-", 14), min_size=2, max_size=4).map(".".join)
TAKEN = {"enterprise", "agency", "ledger", "key", "type", "policy", "kind", "list", "set"} | {
    "book", "book-line", "claim", "quota"
}  # fmt: skip


def with_check_digit(digits: str) -> str:
    """GS1 General Specifications: weights 3, 1, 3, … from the right; the sum with the check digit ends in 0."""
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(digits[::-1]))
    return digits + str(-total % 10)


def with_check_sign(signs: str) -> str:
    """GB 32100-2015, appendix A: 31 minus the weighted sum modulo 31."""
    total = sum(USCC_SIGNS.index(sign) * weight for sign, weight in zip(signs, USCC_WEIGHTS, strict=True))
    return signs + USCC_SIGNS[(31 - total % 31) % 31]


def escaped(serial: str) -> str:
    """Percent-encoded but for letters, digits and - . _ (and ~, which the character set does not have)."""
    kept = string.ascii_letters + string.digits + "-._~"
    return "".join(sign if sign in kept else f"%{ord(sign):02X}" for sign in serial)


def digits(count: int) -> st.SearchStrategy[str]:
    """That many digits, the last of them a check digit."""
    return st.text(string.digits, min_size=count - 1, max_size=count - 1).map(with_check_digit)


USCCS = st.text(USCC_SIGNS, min_size=17, max_size=17).map(with_check_sign)
SERIALS = st.text(SET_82, min_size=1, max_size=20).map(escaped)
HEX = st.binary(min_size=16, max_size=16).map(bytes.hex)
MACS = st.binary(min_size=32, max_size=32).map(bytes.hex)
PRODUCTS = digits(14).map("https://id.gs1.org/01/{}".format)
ENTERPRISES = USCCS.map("urn:suyuan:enterprise:{}".format)
AGENCIES = LABELS.map("urn:suyuan:agency:{}".format)
BY_FORM = {
    "product": PRODUCTS,
    "lot": st.builds("{}/10/{}".format, PRODUCTS, SERIALS),
    "item": st.builds("{}/21/{}".format, PRODUCTS, SERIALS),
    "unit": digits(18).map("https://id.gs1.org/00/{}".format),
    "place": digits(13).map("https://id.gs1.org/414/{}".format),
    "party": digits(13).map("https://id.gs1.org/417/{}".format),
    "enterprise": ENTERPRISES,
    "agency": AGENCIES,
    "ledger": st.from_regex(r"urn:suyuan:ledger:[a-z0-9./-]{1,100}", fullmatch=True),
    "key": st.binary(min_size=32, max_size=32).map(lambda kid: f"urn:suyuan:key:{kid.hex()}"),
    "type": TYPES.map("urn:suyuan:type:{}".format),
    "policy": LABELS.map("urn:suyuan:policy:{}".format),
    "kind": KINDS.map("urn:suyuan:kind:{}".format),
    "list-entry": st.builds("urn:suyuan:list:{}:{}".format, LABELS, WORDS),
    "book": WORDS.map("urn:suyuan:book:{}".format),
    "book-line": st.builds("urn:suyuan:book-line:{}:{}".format, WORDS, WORDS),
    "claim": st.builds("urn:suyuan:claim:{}:{}".format, LABELS, MACS),
    "quota": st.builds("urn:suyuan:quota:{}:{:04}:{}".format, LABELS, st.integers(0, 9999), MACS),
    "set": st.builds("urn:suyuan:set:{}:{}:{}".format, LABELS, WORDS, WORDS),
    "handle:parcel": HEX.map("urn:suyuan:parcel:{}".format),
}
SUBJECTS = st.one_of(list(BY_FORM.values()))
