"""Settings of a server, from the environment (`SUYUAN_…`). docs/settings.md lists them; a test holds both equal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from verifier.ledgerformat.submission import MAX_SUBMISSION


class Settings(BaseSettings):
    """What an operator may set. Sizes are in bytes, times in seconds."""

    model_config = SettingsConfigDict(env_prefix="SUYUAN_", extra="forbid", frozen=True)

    folder: Path = Field(default=Path("ledger"), description="the ledger's folder, made by `suyuan init`")
    guard: str | None = Field(
        default=None,
        description="the guard, a file or `s3://bucket/prefix`, where it is no longer where `suyuan init` put it",
    )
    tiles: str | None = Field(
        default=None, description="where tiles lie from now on: a folder or `s3://bucket/prefix`; none: where they lay"
    )
    database: str | None = Field(
        default=None,
        description="a database on a server, `postgresql://USER@HOST/NAME`, where not the one that `suyuan init` noted;"
        " its password comes from `PGPASSWORD` or a password file",
    )
    allow_async: bool = Field(
        default=False, description="whether a ledger on a database server may run without a synchronous replica"
    )
    replica: str | None = Field(
        default=None, description="where reads go on a database server, as `database`; without it, to the primary"
    )
    advertise: str | None = Field(
        default=None,
        pattern=r"^https?://[^/?#@]+$",
        description="where other processes on the same database reach this one; without it, `http://HOST:PORT`",
    )
    lease: float = Field(
        default=3.0, ge=1, le=60, description="how long who leads, on a database server, leads without saying so again"
    )
    passphrase: SecretStr | None = Field(default=None, description="opens the ledger's key files")
    passphrase_file: Path | None = Field(default=None, description="a file whose first line is the passphrase")

    witnesses: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="addresses of witnesses, apart by spaces: asked at start what they cosigned, then for cosignatures",
    )

    evidence: Path | None = Field(
        default=None, description="a folder whose `*.evidence` files against this ledger `/status` names and hands out"
    )

    host: str = Field(default="127.0.0.1", description="address to listen on; TLS is the reverse proxy's")
    port: int = Field(default=8640, ge=0, le=65_535, description="port to listen on; 0 for any free one")
    language: Literal["zh", "en"] = Field(default="zh", description="language of those who ask for none")
    open_reads: bool = Field(
        default=False,
        description="whether entry bundles, batches, the parties' walk and restricted bodies are open to everybody",
    )

    page_policy: Path | None = Field(
        default=None,
        description="trust policy of the page's release; without it, one that pins this ledger's own charter",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/?#@]+$",
        description="scheme and host under which askers know this server, as signatures name it; else what Host says",
    )
    public_desk: str | None = Field(
        default=None,
        pattern=r"^(https://[^/?#@]+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?)?/desk$",
        description="where the zone's public desk is, linked from pages: `/desk` behind the same proxy, or an address",
    )
    rate_address: int = Field(
        default=12_000, ge=0, description="reads a minute of one address that signs none; beyond it: 429. 0: no limit"
    )
    rate_key: int = Field(default=12_000, ge=0, description="signed reads a minute under one request key. 0: no limit")
    rate_submissions: int = Field(
        default=60_000, ge=0, description="submissions and cosignatures a minute of one address or key. 0: no limit"
    )

    max_submission: int = Field(
        default=MAX_SUBMISSION, ge=1024, le=MAX_SUBMISSION, description="largest body of `POST /entries`, `/validate`"
    )
    max_note: int = Field(default=524_288, ge=1024, le=1 << 20, description="largest body of `POST /cosignatures`")
    max_buffered: int = Field(
        default=134_217_728, ge=1 << 20, description="bodies held until they are recorded, together; beyond it: 429"
    )
    max_requests: int = Field(
        default=512,
        ge=1,
        description="requests under way at one moment, of one address as many as are free; beyond it: 429",
    )
    max_headers: int = Field(
        default=32_768, ge=1024, le=1 << 20, description="largest request line and header together"
    )
    read_timeout: float = Field(default=30.0, gt=0, le=600, description="longest time in which a body must arrive")
    intake_threads: int = Field(default=4, ge=1, le=64, description="submissions checked at one moment")
    intake_processes: int = Field(
        default=1,
        ge=0,
        le=64,
        description="processes that look at batches before the server does, begun when the first comes; 0: none",
    )
    intake_waiting: int = Field(
        default=67_108_864,
        ge=1,
        description="bytes of submissions that wait to be checked, each counting as 4096 at least; beyond it: 429",
    )
    max_wait: float = Field(
        default=8.0,
        gt=0,
        le=600,
        description="longest wait of a submission to be checked, again to be written, or of a read: beyond it, 429",
    )
    read_threads: int = Field(default=16, ge=1, le=256, description="proofs made at one moment")
    examiners: int = Field(
        default=1,
        ge=0,
        le=16,
        description="processes that examine trace proofs before they leave; 0: the server itself",
    )

    drain_seconds: int = Field(default=30, ge=1, le=3600, description="how long a stop waits for requests under way")
    min_free_disk: int = Field(default=268_435_456, ge=0, description="`/readyz` fails below this free space")
    max_quorum_wait: float = Field(
        default=60.0, gt=0, description="`/readyz` fails when a block has waited longer for its quorum"
    )
    max_seal_age: float = Field(default=300.0, gt=0, description="`/readyz` fails when the newest seal is older")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="what is logged")

    @field_validator("witnesses", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("witnesses")
    @classmethod
    def _require_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            if not each.startswith(("http://", "https://")):
                raise ValueError(f"witnesses: came {each}, expected http://… or https://…")
        return value
