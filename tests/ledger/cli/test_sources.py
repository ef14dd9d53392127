import pytest

from ledger.cli.sources import render_signature
from ledger.cli.texts import COMMANDS
from ledger.readers.ceb.signature import ABSENT, Reason, Signature, State


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_reason_has_its_words_and_only_authentic_sounds_authentic(lang):
    said = {
        reason: render_signature(Signature(State.NOT_AUTHENTIC, reason, "f" * 64, "CN=甲"), lang) for reason in Reason
    }
    assert len(set(said.values())) == len(Reason)
    not_authentic = {"zh": "来源未经海关报文签名认证", "en": "source not authenticated by customs signature"}[lang]
    assert all(each.startswith(not_authentic) for each in (*said.values(), render_signature(ABSENT, lang)))
    authentic = render_signature(Signature(State.AUTHENTIC, None, "f" * 64, "CN=甲"), lang)
    assert not authentic.startswith(not_authentic)
    assert "f" * 64 in authentic
    assert not any("CN=" in each for each in (authentic, *said.values()))


def test_no_words_are_kept_for_a_reason_that_there_is_not():
    kept = {key.removeprefix("cli.reason.") for key in COMMANDS.texts("en") if key.startswith("cli.reason.")}
    assert kept == {each.value for each in Reason}
