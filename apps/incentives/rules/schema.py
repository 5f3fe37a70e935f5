"""The policy document as JSON Schema, made of the declarations: what the API takes."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from apps.incentives.rules import declared
from apps.incentives.rules.declared import Declared
from apps.incentives.rules.document import SCHEMA, PolicyDocument
from apps.incentives.rules.types import TYPES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NUMBER = {"type": ["string", "integer"], "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$"}
WORDS = {
    "type": "object",
    "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
    "additionalProperties": False,
}


def document(lang: str) -> dict[str, Any]:
    """The schema of a whole policy document; a clause's parameters are those of its type."""
    found = part(PolicyDocument, lang)
    found["properties"]["schema"] = {"const": SCHEMA}
    clause = found["properties"]["components"]["items"]
    clause["oneOf"] = [_of_type(code, lang) for code in TYPES]
    return {"$schema": DIALECT, "title": "PolicyDocument", **found}


def part(cls: type, lang: str) -> dict[str, Any]:
    """The schema of one declared part."""
    properties, required = {}, []
    for each in fields(cls):
        known: Declared = each.metadata["declared"]
        key = declared.key_of(each.name, known)
        properties[key] = {"title": known.label.text(lang), **_field(known, lang)}
        if known.help is not None:
            properties[key]["description"] = known.help.text(lang)
        if each.default is MISSING:
            required.append(key)
        elif each.default is not None:
            properties[key]["default"] = declared.stored(each.default)
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _of_type(code: str, lang: str) -> dict[str, Any]:
    kind = TYPES[code]
    return {
        "title": kind.label.text(lang),
        "description": kind.help.text(lang),
        "properties": {"type": {"const": code}, "params": part(kind.params, lang)},
    }


def _field(known: Declared, lang: str) -> dict[str, Any]:
    if known.optional:
        return {"anyOf": [_value(known, lang), {"type": "null"}]}
    return _value(known, lang)


SIMPLE: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "flag": {"type": "boolean"},
    "params": {"type": "object"},
    "words": WORDS,
}


def _value(known: Declared, lang: str) -> dict[str, Any]:
    match known.kind:
        case "decimal" | "integer":
            limits = {"x-low": known.low, "x-high": known.high}
            shown = {name: declared.plain(value) for name, value in limits.items() if value is not None}
            return {**NUMBER, "x-unit": known.unit, **shown}
        case "choice":
            labels = {each.code: each.label.text(lang) for each in known.choices}
            return {"enum": list(labels), "x-labels": labels}
        case "codes":
            return {"type": "array", "items": {"type": "string", "minLength": 1}, "x-source": known.source}
        case "rows":
            return {"type": "array", "items": part(known.of, lang)}
        case "part":
            return part(known.of, lang)
        case _:
            least = {"minLength": 1} if known.low and known.kind == "text" else {}
            return {**SIMPLE[known.kind], **least}
