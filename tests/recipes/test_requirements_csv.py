"""docs/requirements.csv names only what is there: every place can be opened, every test exists."""

from __future__ import annotations

import ast
import csv
import importlib.util
import re
from functools import cache

import pytest
from django.urls import resolve

from tests.contract.routes import all_routes
from tests.recipes.pages import ROOT

NOTE = re.compile(r" \(not yet: [^)]+\)$")
with (ROOT / "docs" / "requirements.csv").open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))
FILLED = [row for row in ROWS if row["where"] or row["test"]]
each_filled = pytest.mark.parametrize("row", FILLED, ids=lambda row: row["requirement"])


@cache
def functions_of(module: str) -> frozenset[str]:
    """The names of the test functions of a module."""
    path = (ROOT / module.replace(".", "/")).with_suffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def places_of(where: str) -> list[str]:
    """The modules, files and pages of a `where`, without its remarks."""
    return NOTE.sub("", where.removeprefix("partly: ")).split("; ")


def is_there(place: str) -> bool:
    """Whether a module, a file or a page (by its address or, after `route`, its name) can be found."""
    if place.startswith("route "):
        return place.removeprefix("route ") in {route.name for route in all_routes()}
    if place.startswith("/"):
        return resolve(place) is not None
    if place.startswith("apps."):
        return importlib.util.find_spec(place) is not None
    return (ROOT / place).is_file()


def test_every_requirement_stands_there_once():
    codes = [row["requirement"] for row in ROWS]
    assert len(codes) == len(set(codes)) == 372
    assert list(ROWS[0]) == ["requirement", "capability", "where", "test"]


def test_something_is_met():
    assert len(FILLED) >= 25


@each_filled
def test_its_places_exist(row):
    assert [place for place in places_of(row["where"]) if not is_there(place)] == []


@each_filled
def test_its_tests_exist(row):
    named = [name.split("::") for name in row["test"].split("; ")]
    assert [f"{module}::{name}" for module, name in named if name not in functions_of(module)] == []


@each_filled
def test_what_is_met_in_part_says_what_is_missing(row):
    assert row["where"].startswith("partly: ") == bool(NOTE.search(row["where"]))
