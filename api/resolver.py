"""What a GS1 Digital Link leads to here (GS1-Conformant Resolver standard 1.2.0, linksets of RFC 9264)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from api.answers import JSON
from api.digital_link import path_of
from api.negotiation import choose_form
from api.texts import text
from ledger.errors import UnknownError
from verifier.errors import MalformedError
from verifier.ledgerformat.subject import form_of
from verifier.proof.traceproof import MEDIA_TYPE as TRACE
from verifier.texts import LANGUAGES

LINKSET = "application/linkset+json"
CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context"
WELL_KNOWN = "/.well-known/gs1resolver"
_VOCABULARY = "https://ref.gs1.org/voc/"
_SPELLINGS = ("gs1:", _VOCABULARY, "https://gs1.org/voc/", "https://www.gs1.org/voc/")
_ALL = ("linkset", "all")  # `all` is what it was called before version 1.1
_HTML = "text/html"
_EPCIS = {"item": "MATCH_anyEPC", "unit": "MATCH_anyEPC", "lot": "MATCH_anyEPCClass", "product": "MATCH_anyEPCClass",
          "place": "EQ_bizLocation"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link of some type leads: address below the server's, media type, language (None: of none), title."""

    path: str
    media: str
    language: str | None
    title: str


def targets_of(subject: str) -> Mapping[str, tuple[Target, ...]]:
    """Return what there is of a GS1 subject, by the names of GS1's link types; the first is the default link's.

    A subject has them whether anything was recorded of it or not: that nothing was is an answer too, with a proof.
    """
    path = path_of(subject)
    pages = tuple(_target(f"{path}?format=page", _HTML, each, "link.page") for each in LANGUAGES)
    proof = _target(f"{path}?format=proof", TRACE, None, "link.proof")
    spoken = tuple(_target(f"{path}?format=json", JSON, each, "link.json") for each in LANGUAGES)
    told = {"defaultLink": pages, "traceability": (*pages, proof, *spoken), "pip": pages}
    if query := _EPCIS.get(form_of(subject)):
        address = f"/epcis/events?{urlencode({query: subject})}"
        told["epcis"] = (Target(address, JSON, None, text("link.epcis", "en")),)
    return told


def format_linkset(subject: str, base: str) -> dict[str, Any]:
    """Return the linkset of a subject, as `application/linkset+json` has it.

    Args:
        subject: a GS1 subject.
        base: scheme and host under which the asker knows this server.
    """
    links = {
        f"{_VOCABULARY}{name}": [_spell(each, base) for each in (targets[:1] if name == "defaultLink" else targets)]
        for name, targets in targets_of(subject).items()
    }
    return {"linkset": [{"anchor": f"{base}{path_of(subject)}", **links}]}


def describe_resolver(base: str, name: str) -> dict[str, Any]:
    """Return the description file of this resolver, as it stands at `/.well-known/gs1resolver`."""
    return {
        "name": name,
        "resolverRoot": base,
        "supportedLinkType": [{"namespace": _VOCABULARY, "prefix": "gs1:"}],
        "supportedPrimaryKeys": ["00", "01", "414", "417"],
        "linkTypeDefaultCanBeLinkset": True,
    }


def wants_linkset(link_type: str | None, accept: str | None) -> bool:
    """Return whether all links are asked for: by `linkType`, or by the header where `linkType` says nothing."""
    if link_type is not None:
        return link_type in _ALL
    return LINKSET in (accept or "").lower() and choose_form(accept, (LINKSET, TRACE, JSON, _HTML)) == LINKSET


def choose_target(subject: str, link_type: str, *, accept: str | None, language: str) -> Target:
    """Return where a link of a type leads, in the form and language that are preferred.

    Raises:
        MalformedError: it names no link type.
        UnknownError: there is none of this type, and another would be no answer (section 6 of the standard).
        NotAcceptableError: none in a form that is accepted.
    """
    name = _name_of(link_type)
    targets = targets_of(subject)
    if name not in targets:
        raise UnknownError("linkType", came=link_type, expected=" | ".join((*map("gs1:{}".format, targets), *_ALL)))
    media = choose_form(accept, tuple(dict.fromkeys(each.media for each in targets[name])))
    found = [each for each in targets[name] if each.media == media]
    return next((each for each in found if each.language in (None, language)), found[0])


def _name_of(link_type: str) -> str:
    for spelling in _SPELLINGS:
        if link_type.startswith(spelling):
            return link_type.removeprefix(spelling)
    expected = f"a link type of GS1 like gs1:traceability, or {' | '.join(_ALL)}"
    raise MalformedError("linkType", came=link_type, expected=expected)


def _target(path: str, media: str, language: str | None, title: str) -> Target:
    if language is None:
        return Target(path, media, None, text(title, "en"))
    return Target(f"{path}&lang={language}", media, language, text(title, language))


def _spell(target: Target, base: str) -> dict[str, Any]:
    spelt = {"href": f"{base}{target.path}", "title": target.title, "type": target.media}
    return spelt | ({"hreflang": [target.language]} if target.language else {})


def linkset_header(subject: str) -> str:
    """Return the `Link` that every answer about a GS1 subject has: where all its links are (RFC 9264 §6)."""
    return f'<{path_of(subject)}?linkType=linkset>; rel="linkset"; type="{LINKSET}"'
