"""Mappings as data: what is accepted, what is refused and where."""

from __future__ import annotations

import pytest

from apps.core.imports import spec
from apps.core.imports.spec import SpecError
from apps.kernel.period import Month

from .conftest import KIND

GOOD = {
    "source": "dms",
    "sheet": None,
    "header_row": None,
    "outputs": [
        {
            "kind": KIND,
            "fields": {
                "code": {"column": "No"},
                "dealer": {"constant": "D001"},
                "name": {"derive": "join", "columns": ["City", "Name"], "option": " "},
                "opened_on": {"column": "Opened", "formats": ["%m/%d/%Y"]},
            },
            "when": "Opened",
        }
    ],
    "values": {"test_dealer": {"North": "D001"}},
    "coverage": {"from": "2022-01", "to": "2022-12"},
}


def test_a_mapping_survives_storage():
    read = spec.from_json(GOOD)
    assert read.as_json() == GOOD
    assert (read.kind, read.coverage.start, read.coverage.end) == (KIND, Month(2022, 1), Month(2022, 12))
    assert read.outputs[0].fields["name"].used == ("City", "Name")


def changed(**other):
    return GOOD | other


def with_field(name, value):
    output = GOOD["outputs"][0]
    return changed(outputs=[output | {"fields": output["fields"] | {name: value}}])


@pytest.mark.parametrize(
    ("plain", "place"),
    [
        ([], "spec"),
        (changed(outputs=[]), "outputs"),
        (changed(outputs=[{"kind": "no.kind", "fields": {}}]), "outputs.0"),
        (with_field("wheels", {"column": "x"}), "outputs.0"),
        (with_field("code", {}), "outputs.0.code"),
        (with_field("code", {"column": "x", "constant": "y"}), "outputs.0.code"),
        (with_field("code", {"column": " "}), "outputs.0.code"),
        (with_field("code", {"column": 7}), "outputs.0.code"),
        (with_field("code", {"derive": "eval", "columns": ["x"]}), "outputs.0.code"),
        (with_field("code", {"derive": "add_days", "columns": ["x"]}), "outputs.0.code"),
        (with_field("opened_on", {"column": "x", "formats": ["%Q"]}), "outputs.0.opened_on"),
        (with_field("opened_on", {"column": "x", "formats": [7]}), "outputs.0.opened_on"),
        (changed(source="a b"), "source"),
        (changed(source="x" * 41), "source"),
        (changed(header_row="first"), "sheet"),
        (changed(header_row=True), "sheet"),
        (changed(values={"test_dealer": ["x"]}), "values.test_dealer"),
        (changed(values={"test_dealer": {"North": ""}}), "values.test_dealer"),
        (changed(coverage={"from": "2022-13", "to": "2022-12"}), "coverage"),
        (changed(coverage={"from": "2022-02", "to": "2022-01"}), "coverage"),
        (changed(coverage={"from": "2002-02", "to": "2022-01"}), "coverage"),
        (changed(coverage={"from": "2022-02"}), "coverage"),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_place(plain, place):
    with pytest.raises(SpecError) as refused:
        spec.from_json(plain)
    assert list(refused.value.fields) == [place]
    assert str(refused.value.fields[place])


def test_spellings_are_added_without_losing_old_ones():
    read = spec.from_json(GOOD).with_values({"test_dealer": {"South": "D002"}, "model": {"x": "y"}})
    assert read.values == {"test_dealer": {"North": "D001", "South": "D002"}, "model": {"x": "y"}}
