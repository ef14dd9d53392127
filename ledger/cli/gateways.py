"""From a command's options to a gateway."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ledger.cli.files import read_file
from ledger.cli.holder import Holder
from ledger.cli.signers import numbers_beside
from ledger.client.composing import load_types
from ledger.gateway.opening import Opened, Options, open_gateway
from ledger.gateway.sending import Sender
from verifier.errors import MalformedError
from verifier.ledgerformat.subject import form_of
from verifier.ledgerformat.trust_policy import parse_trust_policy

_MOST_POLICY = 1 << 20  # bytes


def open_from(  # noqa: PLR0913 - what the two commands have in common
    holder: Holder,
    url: str,
    senders: Sequence[str],
    keys: Sequence[str],
    *,
    folder: Path,
    policy: Path | None,
    request_key: str | None,
    types: Path | None,
    most: int = 100_000,
) -> Opened:
    """Return a gateway that is not started; each sender signs with the key that stands in the same place.

    Raises:
        MalformedError: not as many keys as senders, one sender twice, or no participant.
        SuyuanError: as `open_key` and `open_gateway`.
    """
    if len(senders) != len(keys) or not senders or len(set(senders)) != len(senders):
        came = f"{len(senders)} senders, {len(keys)} keys"
        raise MalformedError("--as", came=came, expected="each sender once, each with its --key")
    for uri in senders:
        if (form := form_of(uri, "--as")) not in ("agency", "enterprise"):
            raise MalformedError("--as", came=form, expected="an agency or enterprise URI")
    trusted = parse_trust_policy(read_file(policy, _MOST_POLICY)) if policy else None
    opened = [(uri, key, holder.open(key)) for uri, key in zip(senders, keys, strict=True)]
    options = Options(
        folder=folder,
        url=url,
        senders=[Sender(uri, signer, numbers_beside(key, signer)) for uri, key, signer in opened],
        types=load_types(types),
        policy=trusted,
        request_key=holder.request_key(request_key),
        most=most,
    )
    return open_gateway(options)
