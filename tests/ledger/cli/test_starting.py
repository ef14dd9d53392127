"""What a command does not need is not imported when it starts: hundreds of tests, and every script, start it."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from api.cli import COMMANDS, app
from verifier import __version__

SERVER = ("fastapi", "starlette", "uvicorn", "jinja2", "prometheus_client")
DATABASE = ("sqlalchemy", "sqlmodel", "alembic")
MESSAGES = ("lxml", "signxml", "ledger.readers.ceb")
NETWORK = ("http.client", "ssl", "http_message_signatures")
LEDGER = ("jsonschema_rs", "sqlite3", "ledger.ledger", "ledger.store", "ledger.gateway", "ledger.witness")
NOTHING = (*SERVER, *DATABASE, *MESSAGES, *NETWORK, *LEDGER, "rich")
TALKS = (*SERVER, *DATABASE, *MESSAGES, *LEDGER, "rich")  # it asks a service, and keeps nothing


def loaded(*arguments: str, program: str = "api.cli") -> set[str]:
    """Return the modules that a run of a command imported."""
    code = (
        "import sys\ntry:\n"
        f" from {program} import main; sys.argv = {['program', *arguments]!r}; main()\n"
        "except SystemExit as end: code = end.code\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stderr.split())


NEEDS_NOT = {
    "--version": (*NOTHING, "cryptography"),
    "--help": (*NOTHING, "cryptography"),
    "key new": NOTHING,
    "pseudonym": NOTHING,
    "submit": TALKS,
    "inbox": TALKS,
    "endorse": TALKS,
    "charter": TALKS,
    "agency": TALKS,
    "list": TALKS,
    "book": TALKS,
    "fetch": TALKS,
    "evidence-bundle": TALKS,
    "match": (*SERVER, *DATABASE, *MESSAGES),
    "witness": (*SERVER, *DATABASE, *MESSAGES),
    "summary": (*SERVER, *DATABASE),
    "import": (*SERVER, *DATABASE),
    "fsck": (*SERVER, *MESSAGES),
}


@pytest.mark.parametrize("command", NEEDS_NOT)
def test_a_command_starts_without_what_it_does_not_need(command):
    arguments = command.split() if command.startswith("-") else [*command.split(), "--help"]
    found = loaded(*arguments)
    assert "typer" in found
    assert found.intersection(NEEDS_NOT[command]) == set()


def test_what_is_looked_for_can_be_imported():
    assert [each for each in NOTHING if find_spec(each) is None] == []


def test_the_verifier_starts_without_anything_but_cryptography():
    found = loaded("--version", program="verifier.cli.main")
    assert found.intersection((*NOTHING, "typer", "ledger", "api")) == set()
    assert "verifier.cli.main" in found


def test_the_version_is_told():
    ran = subprocess.run([sys.executable, "-m", "api.cli", "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"{__version__}\n"


def test_every_command_of_the_table_is_there_under_its_name_with_the_help_that_is_listed():
    for name, each in COMMANDS.items():
        command = each.load(name)
        assert command.name == name
        assert command.help == each.help()


def test_a_command_that_is_not_there_is_answered_with_those_that_sound_alike(run):
    ran = run("witnes")
    assert ran.code == 2
    assert "witness" in ran.err
    assert app.registered_commands == []
