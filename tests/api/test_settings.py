import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.opening import passphrase_of
from api.settings import Settings
from ledger.errors import SetupError

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def spell(value):
    if value in (None, ()):
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else f"`{value}`"


def test_every_setting_is_documented_as_it_is():
    rows = re.findall(r"^\| `SUYUAN_([A-Z_]+)` \| (.*?) \| (.*) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    documented = {name.lower(): (default, meaning) for name, default, meaning in rows}
    assert len(documented) == len(rows)
    assert documented == {
        name: (spell(field.default), field.description) for name, field in Settings.model_fields.items()
    }


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("SUYUAN_OPEN_READS", "true")
    monkeypatch.setenv("SUYUAN_PASSPHRASE", "secret")
    settings = Settings()
    assert settings.open_reads is True
    assert passphrase_of(settings) == b"secret"
    assert "secret" not in repr(settings)


def test_witnesses_are_addresses_apart_by_spaces(monkeypatch):
    monkeypatch.setenv("SUYUAN_WITNESSES", " http://127.0.0.1:1  https://witness.example ")
    assert Settings().witnesses == ("http://127.0.0.1:1", "https://witness.example")
    monkeypatch.setenv("SUYUAN_WITNESSES", "")
    assert Settings().witnesses == ()
    monkeypatch.setenv("SUYUAN_WITNESSES", "http://127.0.0.1:1,witness.example witness.example")
    with pytest.raises(ValidationError, match="expected http"):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "-1"), ("PORT", "65536"), ("LANGUAGE", "fr"), ("MAX_SUBMISSION", "999999999"), ("OPEN_READS", "perhaps")],
)
def test_values_beyond_their_bounds_are_refused(monkeypatch, name, value):
    monkeypatch.setenv(f"SUYUAN_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_a_passphrase_file_gives_its_first_line(tmp_path):
    file = tmp_path / "passphrase"
    file.write_bytes("密码 with space\r\nsecond".encode())
    assert passphrase_of(Settings(passphrase_file=file)) == "密码 with space".encode()
    with pytest.raises(SetupError, match="readable"):
        passphrase_of(Settings(passphrase_file=tmp_path / "none"))
    with pytest.raises(SetupError, match="SUYUAN_PASSPHRASE_FILE"):
        passphrase_of(Settings())
