"""What the documents say of commands, settings, addresses and files is so."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import resolve

from apps.closing import stages
from apps.core.imports import derivations, registry
from apps.demo.services import cast
from devtools import cli
from tests.recipes.pages import ROOT

READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "proofs").glob("*.md"))
)
VARIABLE = re.compile(r"\b(?:DEALEROPS_[A-Z_]+|DATABASE_URL|REDIS_URL|POSTGRES_PASSWORD)\b")
FOR_TESTS = {"DEALEROPS_REAL_DATA", "DEALEROPS_SCREENSHOTS"}
CREATED = {
    "apps/incentives/rules/types/test_drive.py",
    "apps/dealers/imports/outlets.py",
    "apps/sales/report_forms.py",
    "apps/sales/price_exceptions.py",
}
each_document = pytest.mark.parametrize("name", DOCUMENTS)
each_readme = pytest.mark.parametrize("name", READMES)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def variables(text: str) -> set[str]:
    return set(VARIABLE.findall(text))


@each_readme
def test_every_setting_is_explained_and_no_other(name: str):
    known = variables(text_of("dealerops/settings.py")) | variables(text_of(".env.example"))
    known |= variables(text_of("docker-compose.yml"))
    assert variables(text_of(name)) - FOR_TESTS == known


@each_document
def test_commands_exist(name: str):
    named = set(re.findall(r"\bdev\.py ([a-z]+)", text_of(name)))
    assert named <= set(cli.COMMANDS)


@each_readme
def test_every_command_is_named(name: str):
    text = text_of(name)
    assert [command for command in cli.COMMANDS if f"dev.py {command}" not in text] == []


@each_readme
def test_the_log_ins_are_those_of_the_sample(name: str):
    text = text_of(name)
    users = set(re.findall(r'^        \("(\w+)", Role\.', inspect.getsource(cast.build), re.MULTILINE))
    assert len(users) == 17
    assert {user for user in users if f"`{user}`" not in text} == set()
    assert f"`{cast.PASSWORD}`" in text


@each_document
def test_links_lead_somewhere(name: str):
    folder = (ROOT / name).parent
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text_of(name))
    assert [link for link in links if "://" not in link and not (folder / link).exists()] == []


@each_document
def test_files_exist(name: str):
    places = re.findall(
        r"`((?:apps|dealerops|devtools|docs|tests|locale/src|templates)/[\w./-]+)`", text_of(name)
    )
    absent = {place for place in places if not (ROOT / place).exists()} - CREATED
    assert absent == set()


@each_document
def test_addresses_exist(name: str):
    text = text_of(name)
    pages = re.findall(r"`(/(?!static)[a-z0-9/-]+/)`", text)
    answers = re.findall(r"(?:GET|POST) (/api/[a-z0-9/-]+/)", text)
    assert [address for address in {*pages, *answers} if resolve(address) is None] == []


def test_the_architecture_names_every_app():
    rows = [line for line in text_of("docs/architecture.md").splitlines() if line.startswith("| ")]
    named = {word.strip() for row in rows for word in row.split("|")[2].split(",")}
    assert {*settings.LOCAL_APPS, "kernel"} - named == set()


def test_the_architecture_names_every_stage():
    (table,) = re.findall(r"\| stage \|.*?\n\n", text_of("docs/architecture.md"), re.DOTALL)
    named = re.findall(r"^\| ([a-z_, ]+) \|", table, re.MULTILINE)[1:]
    order = [code for cell in named for code in re.split(r", | or ", cell)]
    assert order == [stage.code for stage in stages.STAGES]


def test_the_page_of_imports_names_kinds_and_profiles():
    text = text_of("docs/imports.md")
    assert [code for code in registry.kinds() if text.count(f"`{code}`") < 2] == []
    shipped = [
        json.loads(path.read_text("utf-8"))["name"] for path in Path(ROOT, "apps").rglob("profiles/*.json")
    ]
    assert len(shipped) == 3
    assert [name for name in shipped if text.count(name) < 2] == []


def test_the_decision_counts_the_derivations():
    assert len(derivations.ALL) == 11
    assert "eleven named derivations" in text_of("docs/adr/0011-mappings-are-data.md")
