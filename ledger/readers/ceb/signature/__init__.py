"""The signature that a customs message carries itself: enveloped XML-DSig (specification 202205).

`check_signature` says whether it authenticates the message: `authentic`, by a certificate that the operator trusts;
`not authentic`, with the reason; `absent`; or `not checked`. Who trusts whom is passed in (`Trust`); `load_trust` reads
it from a folder.
"""

from ledger.readers.ceb.signature.certificates import Certificate, parse_certificate
from ledger.readers.ceb.signature.check import check_signature
from ledger.readers.ceb.signature.folder import load_trust
from ledger.readers.ceb.signature.result import ABSENT, NOBODY_ASKED, Reason, Signature, State
from ledger.readers.ceb.signature.trust import Trust

__all__ = [
    "ABSENT",
    "NOBODY_ASKED",
    "Certificate",
    "Reason",
    "Signature",
    "State",
    "Trust",
    "check_signature",
    "load_trust",
    "parse_certificate",
]
