"""The JSON Schema of policy documents agrees with what `document.read` takes."""

import json

import pytest

from apps.incentives.rules import document, schema
from apps.incentives.rules.declared import DocumentError
from apps.incentives.rules.types import TYPES
from tests.rules.incentives import golden

KINDS = {
    "object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None),
}  # fmt: skip


def fits(value, wanted):
    """Whether a value has the form a schema of ours asks for, read plainly."""
    if "anyOf" in wanted:
        return any(fits(value, each) for each in wanted["anyOf"])
    if "enum" in wanted:
        return value in wanted["enum"]
    if "const" in wanted:
        return value == wanted["const"]
    types = wanted["type"] if isinstance(wanted["type"], list) else [wanted["type"]]
    if not any(isinstance(value, KINDS[each]) for each in types):
        return False
    if isinstance(value, dict) and "properties" in wanted:
        properties = wanted["properties"]
        return (
            set(wanted.get("required", ())) <= set(value) <= set(properties)
            and all(fits(each, properties[key]) for key, each in value.items())
            and ("oneOf" not in wanted or sum(_chosen(value, each) for each in wanted["oneOf"]) == 1)
        )
    return all(fits(each, wanted["items"]) for each in value) if isinstance(value, list) else True


def _chosen(clause, kind):
    return all(fits(clause[key], each) for key, each in kind["properties"].items())


@pytest.mark.parametrize("name", golden.POLICIES)
def test_every_stored_policy_fits(name):
    assert fits(golden.policy(name).data(), schema.document("zh"))


def test_the_schema_refuses_what_reading_refuses():
    made = schema.document("en")
    body = golden.policy("S4 per car").data()
    for change in ({"wrong": 1}, {"grace_days": None}, {"date_basis": "yesterday"}, {"components": [{}]}):
        assert not fits({**body, **change}, made)
        with pytest.raises(DocumentError):
            document.read({**body, **change})
    body["components"][0]["params"]["tiers"][0].pop("from")
    assert not fits(body, made)


def test_the_schema_is_json_and_names_every_type():
    made = json.loads(json.dumps(schema.document("zh-hans")))
    kinds = made["properties"]["components"]["items"]["oneOf"]
    assert [each["properties"]["type"]["const"] for each in kinds] == list(TYPES)
    assert made["properties"]["date_basis"]["title"] == "归属日期"
