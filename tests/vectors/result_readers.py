"""How vectors of recomputable results are read: papers are matched, recorded results are read."""

from collections.abc import Mapping
from typing import Any

from verifier.results.amounts import read_amount
from verifier.results.documents import read_document
from verifier.results.findings import parse_result
from verifier.results.matching import match
from verifier.results.recomputed_matches import parse_documents


def read_results(vector: Mapping[str, Any]) -> dict[str, Any]:
    if "recorded" in vector:
        parse_documents(vector["recorded"]["documents"])
        return {"outcome": parse_result(vector["recorded"]).outcome}
    documents = {
        source: read_document(source, each["data"], each["disclosed"], [*each["disclosed"], *each["withheld"]])
        for source, each in vector["documents"].items()
    }
    result = match(documents, rules=vector["rules"], used=read_amount(vector["used"]))
    said = {word: {each.rule: list(each.fields) for each in result.findings if each.outcome == word}
            for word in ("agrees", "differs", "incomplete")}  # fmt: skip
    return {"outcome": result.outcome, **said, "agrees": list(said["agrees"])}


RESULT_READERS = {"results": read_results}
