"""GS1 Digital Links: what they lead to, by `Accept` and `linkType`."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import pytest
import requests

LINKSET, TRACE, JSON, PAGE = (
    "application/linkset+json", "application/vnd.suyuan.trace+cbor", "application/json", "text/html",
)  # fmt: skip
VOC = "https://ref.gs1.org/voc/"


def ask(server, path, **headers):
    return requests.get(server.base + path, headers=headers, allow_redirects=False, timeout=30)


@pytest.fixture
def item(zone_terms):
    return f"/01/{zone_terms.GOOD}/21/A%2F1"


@pytest.mark.parametrize("how", ["linkType=linkset", "linkType=all", "header"])
def test_all_links_of_a_thing_are_a_linkset(server, item, how):
    answer = ask(server, item, Accept=LINKSET) if how == "header" else ask(server, f"{item}?{how}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == LINKSET
    assert 'rel="http://www.w3.org/ns/json-ld#context"' in answer.headers["Link"]
    (context,) = json.loads(answer.text)["linkset"]
    assert context.pop("anchor") == server.base + item
    assert set(context) == {f"{VOC}{name}" for name in ("defaultLink", "traceability", "pip", "epcis")}
    assert len(context[f"{VOC}defaultLink"]) == 1
    for links in context.values():
        for link in links:
            assert set(link) in ({"href", "title", "type"}, {"href", "title", "type", "hreflang"})


def test_every_link_of_a_linkset_leads_to_what_it_says(server, item):
    (context,) = ask(server, f"{item}?linkType=linkset").json()["linkset"]
    for name, links in context.items():
        for link in links if name != "anchor" else ():
            answer = requests.get(link["href"], timeout=30)
            assert answer.status_code == 200, link
            assert answer.headers["Content-Type"].split(";")[0] == link["type"]
            if link["type"] == PAGE:
                (language,) = link["hreflang"]
                assert f'lang="{ {"zh": "zh-Hans", "en": "en"}[language] }"' in answer.text


@pytest.mark.parametrize("spelling", ["gs1:", VOC, "https://gs1.org/voc/"])
@pytest.mark.parametrize(("accept", "form"), [(PAGE, "page"), (TRACE, "proof"), (JSON, "json"), ("*/*", "page")])
def test_a_link_type_leads_on_in_the_form_that_is_accepted(server, item, spelling, accept, form):
    answer = ask(server, f"{item}?linkType={spelling}traceability", Accept=accept, **{"Accept-Language": "en"})
    assert answer.status_code == 307
    place = urlsplit(answer.headers["Location"])
    assert place.path == item
    assert f"format={form}" in place.query.split("&")
    assert ("lang=en" in place.query) is (form != "proof")


def test_the_events_of_a_thing_are_epcis_events_about_it(server, item):
    answer = ask(server, f"{item}?linkType=gs1:epcis", Accept=JSON)
    told = requests.get(server.base + answer.headers["Location"], timeout=30).json()
    assert told["type"] == "EPCISQueryDocument"


def test_a_link_type_that_there_is_not_is_no_other_link(server, item, zone_terms):
    for path in (f"{item}?linkType=gs1:recipeInfo", "/417/6901234500004?linkType=gs1:epcis"):
        answer = ask(server, path)
        assert (answer.status_code, answer.json()["field"]) == (404, "linkType")
    assert ask(server, f"{item}?linkType=recipe").status_code == 400
    assert ask(server, f"{item}?linkType=gs1:pip", Accept="image/png").status_code == 406
    assert ask(server, f"{item}?linkType=gs1:pip&linkType=gs1:epcis").status_code == 400


def test_without_a_link_type_every_answer_says_where_all_links_are(server, item):
    for accept in (PAGE, TRACE, JSON):
        answer = ask(server, item, Accept=accept)
        assert answer.headers["Content-Type"].startswith(accept)
        (path,) = re.findall(r'<([^>]+)>; rel="linkset"', answer.headers["Link"])
        assert ask(server, path).headers["Content-Type"] == LINKSET


def test_a_linkset_is_not_given_to_whoever_did_not_name_it(server, item):
    assert ask(server, item, Accept="*/*").headers["Content-Type"] == TRACE
    assert ask(server, item, Accept=f"{LINKSET};q=0.1, {JSON}").headers["Content-Type"] == JSON


def test_a_thing_of_which_nothing_is_recorded_has_links_too(server):
    (context,) = ask(server, "/01/00000000000017?linkType=linkset").json()["linkset"]
    assert requests.get(context[f"{VOC}traceability"][0]["href"], timeout=30).status_code == 200


def test_the_resolver_describes_itself_in_the_well_known_place(server):
    told = ask(server, "/.well-known/gs1resolver").json()
    assert told["resolverRoot"] == server.base
    for key, number in (("01", "06901234567892"), ("00", "069012345000000011"), ("414", "6901234500004")):
        assert key in told["supportedPrimaryKeys"]
        assert ask(server, f"/{key}/{number}?linkType=linkset").status_code == 200


def test_links_begin_with_the_address_that_the_asker_knows(server):
    asked = ask(server, "/01/06901234567892?linkType=linkset", Host="trace.example")
    assert asked.json()["linkset"][0]["anchor"] == "http://trace.example/01/06901234567892"
