"""Invented numbers, long enough to be looked for: of an identity card of no region with a wrong check digit, and an
invoice."""

ID_NUMBER = "99999919900101999X"
INVOICE = "FP-2026-00004711-EXAMPLE"
