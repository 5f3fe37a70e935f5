"""A small import over the outlets of a dealer, so that the engine is tested without any fact app."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
import xlsxwriter
from django.db import connection
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.imports import lookups, policies, registry
from apps.core.imports.registry import Committed, ImportColumn, ImportKind, RowProblem
from apps.core.models import ImportBatch, MappingProfile
from apps.core.spreadsheet import values
from apps.dealers import policies as dealers
from apps.dealers.models import Dealer, OrgUnit, Outlet

KIND = "test.outlet"
LOOKUP = "test_dealer"
HEADER = ("门店编号", "经销商", "门店名称", "开业日期", "业态", "面积")
STORE_TYPES = {"4S": "4s", "城市展厅": "city_showroom"}


def resolve(spellings: Collection[str], actor: Actor) -> Mapping[str, int]:
    """Codes and names of dealers inside the scope."""
    rows = dealers.dealer.in_scope(actor, Dealer.objects.all()).values_list("pk", "code", "name")
    known = {spelling: pk for pk, code, name in rows for spelling in (code, name)}
    return {text: known[text] for text in spellings if text in known}


def choices(actor: Actor) -> Sequence[lookups.Choice]:
    rows = dealers.dealer.in_scope(actor, Dealer.objects.order_by("code")).values_list("code", "name")
    return [lookups.Choice(code, f"{code} {name}") for code, name in rows]


def create(spellings: Collection[str], actor: Actor, now: datetime) -> Mapping[str, int]:
    unit = OrgUnit.objects.get(code="ZJ1")
    made = [Dealer.objects.create(code=f"N{n:03d}", name=name, unit=unit) for n, name in enumerate(spellings)]
    return {row.name: row.pk for row in made}


def check(rows: Sequence[dict[str, Any]], actor: Actor) -> list[RowProblem]:
    found = Outlet.objects.filter(code__in=[row["code"] for row in rows])
    old = {(row.dealer_id, row.code): row for row in found}
    problems = []
    for row in rows:
        outlet = old.get((row["dealer_id"], row["code"]))
        if outlet is None:
            if row["area"] and row["area"] > 10_000:
                problems.append(
                    RowProblem(row["row_no"], "area", "large", _("Unusually large."), warning=True)
                )
        elif (outlet.name, outlet.opened_on) == (row["name"], row["opened_on"]):
            problems.append(RowProblem(row["row_no"], "code", registry.SAME, ""))
        else:
            message = _("Already imported with other values.")
            problems.append(RowProblem(row["row_no"], "code", "conflict", message, value=row["code"]))
    return problems


def commit(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO dealers_outlet (dealer_id, code, name, store_type, address, opened_on)
            SELECT d.dealer_id, d.code, d.name, coalesce(d.store_type, '4s'), %s || ' ' || d.source,
                   d.opened_on
            FROM core_importrow r, jsonb_to_record(r.data) AS d(
                dealer_id bigint, code text, name text, store_type text, opened_on date, source text)
            WHERE r.batch_id = %s AND r.kind = %s AND r.errors = '[]'::jsonb ORDER BY r.row_no
            ON CONFLICT (dealer_id, code) DO NOTHING
            """,
            [f"batch {batch.pk}", batch.pk, KIND],
        )
        created = cursor.rowcount
    return Committed(created=created, same=batch.same_rows)


def withdraw(batch: ImportBatch, actor: Actor, now: datetime) -> int:
    rows = Outlet.objects.filter(address__startswith=f"batch {batch.pk} ", closed_on=None)
    return rows.update(closed_on=now.date())


OUTLETS = ImportKind(
    code=KIND,
    label=_("Outlets"),
    action=policies.IMPORT,
    columns=(
        ImportColumn(
            "code", "门店编号", values.text(20, codes=True), values.text(20).expected, required=True
        ),
        ImportColumn("dealer", "经销商", values.text(200), values.text(200).expected, True, lookup=LOOKUP),
        ImportColumn("name", "门店名称", values.text(100), values.text(100).expected, required=True),
        ImportColumn("opened_on", "开业日期", values.date(), values.date().expected, required=True),
        ImportColumn("store_type", "业态", values.choice(STORE_TYPES), values.choice(STORE_TYPES).expected),
        ImportColumn("area", "面积", values.decimal(2), values.decimal(2).expected, aliases=("floor space",)),
    ),
    key=lambda row: f"{row['dealer_id']}/{row['code']}",
    check=check,
    commit=commit,
    withdraw=withdraw,
)


@pytest.fixture(autouse=True)
def outlets(monkeypatch: pytest.MonkeyPatch) -> ImportKind:
    """The kind and its lookup, known for one test."""
    monkeypatch.setitem(registry._kinds, KIND, OUTLETS)
    found = lookups.Lookup(LOOKUP, "经销商", resolve, choices, create, "dealers.manage", "新建")
    monkeypatch.setitem(lookups._lookups, LOOKUP, found)
    return OUTLETS


def csv_of(*rows: Sequence[Any], header: Sequence[str] = HEADER, encoding: str = "utf-8") -> bytes:
    """A CSV file of rows."""
    lines = [",".join(map(str, row)) for row in (header, *rows)]
    return ("\n".join(lines) + "\n").encode(encoding)


def xlsx_of(*rows: Sequence[Any], header: Sequence[str] = HEADER, **options: Any) -> bytes:
    """A workbook of rows."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **options})
    sheet = book.add_worksheet("门店")
    for number, row in enumerate((header, *rows)):
        sheet.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


def row(number: int, dealer: str = "D001", **other: Any) -> list[Any]:
    """A good row of the outlet table."""
    fields = {"code": f"S{number:03d}", "dealer": dealer, "name": f"门店{number}", "opened_on": "2025-03-01"}
    fields |= {"store_type": "4S", "area": "800"}
    return list((fields | other).values())


@pytest.fixture
def table() -> Callable[..., bytes]:
    return csv_of


@pytest.fixture(autouse=True)
def _only_own_profiles(request: pytest.FixtureRequest) -> None:
    """These tests count profiles; the shipped ones would stand among them."""
    if "network" in request.fixturenames:
        request.getfixturevalue("network")
        MappingProfile.objects.filter(shipped=True).delete()
