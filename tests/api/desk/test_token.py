"""A desk whose key is in a token: every signature comes from there."""

from __future__ import annotations

from playwright.sync_api import Page

from ledger.compose.event import Draft
from tests.ledger.signing.tokens import PIN, Token, token  # noqa: F401 - a fixture
from tests.world import now
from verifier.primitives.keys import ES256, format_key


def test_an_officer_signs_with_a_key_that_never_leaves_its_token(office, page: Page, token: Token):  # noqa: F811
    signer = token.generate("officer", ES256)
    subjects = {"key": f"urn:suyuan:key:{signer.public.kid.hex()}", "holder": office.world.cast["customs"].uri}
    data = {"use": "statement", "key": format_key(signer.public), "types": ["*"], "subjects": []}
    office.world.zone.decree([Draft("registry.key", now(), subjects=subjects, data=data)])
    (name,) = office.file(41)
    address = office.open_desk("--key", token.reference("officer", pin_env="TOKEN_PIN"), TOKEN_PIN=PIN)
    page.goto(address)
    page.goto(f"{page.url.partition('?')[0]}answer?verb=recognise&event={name}")
    page.locator("#next").click()
    page.wait_for_selector("#sign")  # the next page is there
    assert signer.public.kid.hex() in page.content()
    page.locator("#sign").click()
    page.wait_for_selector("[data-state=promised]")
    assert office.outcome(name) == "recognised"
