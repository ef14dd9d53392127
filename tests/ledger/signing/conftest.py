from tests.ledger.signing.tokens import token

__all__ = ["token"]
