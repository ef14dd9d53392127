"""The single window's match of three documents and a list: follows the ledger, judges each case, says what it found.

What new events there are is the service's word, which can only be late. What is judged comes from proofs that are
checked here, and what was said is remembered durably: never twice for the same documents.
"""
