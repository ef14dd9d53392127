import re
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema_rs import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "http.md"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [
    "add_cosignatures", "add_epcis_query", "delete_epcis_query", "get_alive", "get_attachment", "get_batch",
    "get_batches", "get_body",
    "get_charter", "get_checkpoint", "get_checkpoint_of_size", "get_consistency", "get_custody",
    "get_declarations", "get_disclosures", "get_entries", "get_entry", "get_epcis_event", "get_epcis_event_types",
    "get_epcis_events", "get_epcis_events_of", "get_epcis_queries", "get_epcis_query", "get_epcis_query_events",
    "get_epcis_sub_resources", "get_epcis_values", "get_epcis_vocabulary", "get_event", "get_evidence", "get_filing",
    "get_grants",
    "get_history", "get_home", "get_inbox", "get_item", "get_items", "get_key", "get_keys", "get_leaf", "get_lot",
    "get_mandates",
    "get_metrics", "get_party", "get_place", "get_product",
    "get_quorum_checkpoint", "get_reach", "get_ready", "get_receipt", "get_recognition", "get_resolver",
    "get_statement", "get_status", "get_tile", "get_trace", "get_unit", "resolve_handles", "search",
    "submit_entry", "validate_submission",
]  # fmt: skip


@pytest.fixture(scope="package")
def description(server):
    return server.get("/openapi.json").json


def test_the_description_is_openapi_3_1_with_operation_ids_that_stay(description):
    assert description["openapi"].startswith("3.1")
    operations = [each for path in description["paths"].values() for each in path.values()]
    assert sorted(each["operationId"] for each in operations) == OPERATIONS
    for each in operations:
        assert each["description"]
        assert "HTTPValidationError" not in str(each)
        assert all(response["description"] for response in each["responses"].values())
        empty = {status for status, response in each["responses"].items() if not response.get("content")}
        assert empty <= {"204", "303", "307"}


def test_problems_have_an_example_that_fits_its_schema(description):
    schema = description["components"]["schemas"]["Problem"]
    Draft202012Validator(schema).validate(schema["example"])


def test_every_address_is_documented(description):
    text = DOCUMENT.read_text("utf-8")
    for path in description["paths"]:
        if path != "/":
            named = path.replace("/tile/entries/{path}", "/tile/entries/{N}")
            named = named.replace("/tile/{level}/{path}", "/tile/{L}/{N}")
            assert re.search(re.escape(named) + r"[`\[?]", text), path


def test_no_page_of_ours_loads_scripts_of_others(server):
    for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert server.get(path).status == 404


@schemathesis.serializer("application/cose", "application/vnd.suyuan.submission+cbor")
def as_it_is(ctx, value):
    """Send the bytes of a body that is described as binary."""
    return value.value if hasattr(value, "value") else str(value).encode()


@pytest.fixture(scope="package")
def described(server):
    loaded = schemathesis.openapi.from_dict(server.get("/openapi.json").json)
    loaded.config.update(base_url=server.base)
    return loaded


@pytest.fixture
def session():
    with requests.Session() as opened:
        yield opened


@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_the_description_allows_is_answered_as_described(described, session, name):
    operation = described.find_operation_by_id(name)

    @settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def ask(case):
        case.call_and_validate(checks=CHECKS, session=session)

    ask()


@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_the_description_forbids_is_no_fault_either(described, session, name):
    operation = described.find_operation_by_id(name)
    if not operation.path_parameters and not operation.query:
        return

    @settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def ask(case):
        case.call_and_validate(checks=[not_a_server_error], session=session)

    ask()
