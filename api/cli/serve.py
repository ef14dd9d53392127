"""`serve`: a ledger's folder on HTTP. Options go before the environment (docs/settings.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from api.cli.ports import require_free
from api.logs import make_logger
from api.opening import run_from
from api.server import run
from api.settings import Settings
from ledger.cli.options import Lang, PassphraseFile, help_of, option
from ledger.cli.speaking import Voice, door
from verifier.errors import MalformedError


@door
def serve(  # noqa: PLR0913 - one for each option
    folder: Annotated[Path | None, typer.Argument(help=help_of("help.folder"), metavar="[DIR]")] = None,
    *,
    database: Annotated[str | None, option("--database", text="help.database", metavar="URL")] = None,
    tiles: Annotated[str | None, option("--tiles", text="help.tiles", metavar="DIR|s3://…")] = None,
    guard: Annotated[str | None, option("--guard", text="help.guard", metavar="FILE|s3://…")] = None,
    host: Annotated[str | None, option("--host", text="help.host", metavar="ADDRESS")] = None,
    port: Annotated[int | None, option("--port", text="help.port", metavar="NUMBER", min=0, max=65_535)] = None,
    open_reads: Annotated[bool | None, option("--open-reads", text="help.open-reads")] = None,
    page_policy: Annotated[Path | None, option("--page-policy", text="help.page-policy", metavar="FILE")] = None,
    passphrase_file: PassphraseFile = None,
    lang: Lang = None,
) -> None:
    """Serve a ledger until SIGTERM or SIGINT."""
    given = {
        "folder": folder,
        "database": database,
        "tiles": tiles,
        "guard": guard,
        "host": host,
        "port": port,
        "open_reads": open_reads,
        "language": lang,
    }
    settings = _settings({**given, "page_policy": page_policy, "passphrase_file": passphrase_file})
    voice = Voice(lang, as_json=False, quiet=False)
    require_free(settings.host, settings.port)
    logger = make_logger(settings.log_level)
    running = run_from(
        settings,
        tell=lambda what: voice.tell(f"serve.{what}"),
        tell_fault=lambda fault: logger.warning("candidate", code=fault.code, fault=str(fault)),
    )
    try:
        voice.tell("serve.listening", host=settings.host, port=settings.port, origin=running.ledger.origin)
        if settings.open_reads:
            voice.tell("serve.open-reads")
        run(settings, running)
    finally:
        running.close()


def _settings(given: dict[str, Any]) -> Settings:
    """Return the settings: what is given here, else the environment's.

    Raises:
        MalformedError: a value that the settings do not allow; the field is the variable's name.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        found = error.errors()[0]
        name = "_".join(str(each) for each in found["loc"]).upper()
        raise MalformedError(f"SUYUAN_{name}", came=str(found["input"]), expected=found["msg"]) from None
