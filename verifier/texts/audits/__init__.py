"""What is said of audits, exports and checks of a ledger's rows and files."""

from verifier.texts import VERDICTS, Catalogue

AUDITS = Catalogue(__name__, behind=VERDICTS)
tell = AUDITS.text
