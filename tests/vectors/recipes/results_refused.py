"""Results that nobody may record, and rules of a version to come."""

from typing import Any

from tests.vectors.recipes.results import papers, results

RECORDED: dict[str, Any] = {
    "rules": "1",
    "normalisation": "1",
    "outcome": "differs",
    "documents": {"order": {"event": "ab" * 32, "seen": ["A" * 43]}},
    "findings": [
        {"rule": "match.seller", "outcome": "agrees", "fields": []},
        {"rule": "match.packages", "outcome": "differs", "fields": ["waybill/packages"]},
    ],
}


def refuse(name: str, desc: str, *, error: str = "MalformedError", field: str = "", **changes: Any) -> None:
    """Add a recorded result with members changed; None takes one out."""
    recorded = {key: value for key, value in (RECORDED | changes).items() if value is not None}
    results.refused(name, desc, error=error, field=field or next(iter(changes), ""), recorded=recorded)


def finding(**changes: Any) -> list[dict[str, Any]]:
    """Return findings whose second is changed."""
    return [RECORDED["findings"][0], RECORDED["findings"][1] | changes]


refuse("agrees-though-a-rule-differs", "the outcome hides a finding", error="MismatchError", outcome="agrees")
refuse("incomplete-though-a-rule-differs", "the outcome softens a finding", error="MismatchError", outcome="incomplete")
refuse("unknown-outcome", "a word that is none", error="MismatchError", outcome="fine")
refuse("no-outcome", "nothing is said of the whole", field="result", outcome=None)
refuse("no-findings", "nothing is said of any rule", field="result", findings=None)
refuse("findings-no-list", "an object of findings", findings={"match.seller": "agrees"})
refuse("rule-twice", "one rule says two things", findings=[*RECORDED["findings"], RECORDED["findings"][1]])
refuse("rule-no-code", "a rule with a name for people", field="rule", findings=finding(rule="Packages"))
refuse("unknown-outcome-of-a-rule", "a word that is none", field="outcome", findings=finding(outcome="differ"))
refuse("differs-in-nothing", "a difference without a field", field="fields", findings=finding(fields=[]))
refuse("agrees-but-in-a-field", "an agreement with a field", field="fields", findings=finding(outcome="agrees"))
refuse("field-with-a-value", "a value stands in clear", field="fields", findings=finding(fields=["waybill/packages=2"]))
refuse("fields-no-list", "one field, not in a list", field="fields", findings=finding(fields="waybill/packages"))
refuse(
    "too-many-fields", "257 fields", field="fields", findings=finding(fields=[f"list/a{each}" for each in range(257)])
)
refuse("version-no-text", "a number as version", rules=1)
refuse("no-normalisation", "compared nobody knows how", field="result", normalisation=None)
refuse(
    "document-of-another-kind",
    "a bank's word is no document of a match",
    documents={"bank": {"event": "ab" * 32, "seen": []}},
)
refuse("document-without-its-name", "which event, is not said", field="event", documents={"order": {"seen": []}})
refuse(
    "seen-no-digests",
    "what was seen is not said in digests",
    field="seen",
    documents={"order": {"event": "ab" * 32, "seen": ["x!"]}},
)
results.refused("rules-of-a-version-to-come", "version 2", error="UnsupportedError", field="rules", documents=papers(),
                rules="2", used=None)  # fmt: skip
