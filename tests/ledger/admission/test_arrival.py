"""No submission gets past intake on a signature that nobody has looked at."""

from dataclasses import replace

import pytest

from ledger.admission.intake import admit, receive
from tests.ledger.admission.test_intake import order, signed
from verifier.errors import BadSignatureError
from verifier.ledgerformat.statement import parse_entry
from verifier.ledgerformat.submission import parse_submission


def arrived(world, submission):
    with world.ledger._leadership.door.arrival() as (_, standing):
        return receive(submission, parse_entry(submission.statement), standing), standing


def test_what_was_not_checked_with_its_group_is_checked_before_it_is_admitted(world):
    honest = parse_submission(signed(world, order(world)))
    bent = replace(honest, statement=honest.statement[:-1] + bytes([honest.statement[-1] ^ 1]))
    assert admit(*arrived(world, honest)).entry == honest.statement
    unchecked, standing = arrived(world, bent)
    for _ in range(2):
        with pytest.raises(BadSignatureError):
            admit(unchecked, standing)
