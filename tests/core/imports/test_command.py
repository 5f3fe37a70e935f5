"""`manage.py import_table` for scripts."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from apps.core.imports import lookups, registry
from apps.core.models import AuditEvent, ImportBatch
from apps.core.models.imports import BatchStatus
from apps.dealers.models import Dealer, Outlet

from .conftest import HEADER, KIND, LOOKUP, OUTLETS, csv_of, row
from .test_api import FOREIGN, SPEC


def run(path, *arguments):
    out, wrong = io.StringIO(), io.StringIO()
    call_command("import_table", KIND, str(path), *arguments, stdout=out, stderr=wrong)
    return out.getvalue(), wrong.getvalue()


@pytest.fixture
def file(tmp_path):
    def write(content, name="outlets.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def test_a_good_file_is_imported(network, file):
    out, wrong = run(file(csv_of(row(1), row(2))), "--coverage", "2025-01:2025-12", "--source", "dms")
    assert "2 facts created" in out
    assert (wrong, Outlet.objects.count()) == ("", 2)
    assert ImportBatch.objects.get().spec["coverage"] == {"from": "2025-01", "to": "2025-12"}
    out, wrong = run(file(csv_of(row(1), row(2))), "--source", "dms")
    assert "0 facts created, 2 rows known" in out


def test_errors_are_printed_with_their_addresses_and_refuse_the_file(network, file):
    path = file(csv_of(row(1), row(2, area="?")))
    wrong = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("import_table", KIND, str(path), stdout=io.StringIO(), stderr=wrong)
    assert refused.value.returncode == 1
    assert "outlets!F3 面积: " in wrong.getvalue()
    assert Outlet.objects.count() == 0
    out, _wrong = run(path, "--mode", "good")
    assert "1 facts created" in out


def test_a_big_file_is_imported_without_a_worker(network, file):
    rows = [row(number, code=f"S{number:05d}", name="门店" * 20) for number in range(1, 3001)]
    run(file(csv_of(*rows)))
    assert (ImportBatch.objects.get().status, Outlet.objects.count()) == (BatchStatus.COMMITTED, 3000)


def test_profiles_specs_and_files_that_are_not_clear(network, file, tmp_path):
    path = file(csv_of(["A1", "D001", "One", "3/31/2025"], header=FOREIGN))
    with pytest.raises(CommandError, match="Store No、Seller、Title、Start"):
        run(path)
    with pytest.raises(CommandError, match="no profile"):
        run(path, "--profile", "nowhere")
    with pytest.raises(CommandError, match="no file"):
        run(tmp_path / "absent.csv")
    mapping = file(json.dumps(SPEC).encode(), "spec.json")
    run(path, "--spec", str(mapping))
    assert Outlet.objects.get().name == "One"


def test_a_value_for_all_rows(network, file):
    header = [name for name in HEADER if name != "经销商"]
    path = file(csv_of([cell for place, cell in enumerate(row(1)) if place != 1], header=header))
    with pytest.raises(CommandError, match="经销商"):
        run(path)
    with pytest.raises(CommandError, match="constants"):
        run(path, "--set", "wheels=4")
    run(path, "--set", "dealer=D003")
    assert Outlet.objects.get().dealer == network.d3


@pytest.fixture
def creating(monkeypatch):
    """Outlets whose unknown dealers can be created."""
    monkeypatch.setitem(lookups._lookups, "dealer", lookups.get(LOOKUP))
    columns = [
        column if column.name != "dealer" else replace(column, lookup="dealer") for column in OUTLETS.columns
    ]
    monkeypatch.setitem(registry._kinds, KIND, replace(OUTLETS, columns=tuple(columns)))


def test_missing_dealers_are_created_when_asked(network, file, creating):
    path = file(csv_of(row(1, "North Motors"), row(2, "D001")))
    with pytest.raises(CommandError):
        run(path)
    assert Dealer.objects.filter(name="North Motors").count() == 0
    out, _wrong = run(path, "--create-dealers")
    assert "2 facts created" in out
    assert Outlet.objects.get(code="S001").dealer.name == "North Motors"


def test_a_check_creates_nothing_whatever_else_is_asked(network, file, creating):
    path = file(csv_of(row(1, "North Motors"), row(2, "D001")))
    before = list(Dealer.objects.order_by("pk").values())
    out, wrong = run(path, "--check", "--create-dealers", "--create-models")
    assert "1 would be created: North Motors" in out
    assert "2 rows, 1 good" in out and "outlets!B2" in wrong
    assert list(Dealer.objects.order_by("pk").values()) == before
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["core.upload_import"]
    assert (Outlet.objects.count(), ImportBatch.objects.get().status) == (0, BatchStatus.CHECKED)


def test_a_refused_file_says_why(network, file):
    with pytest.raises(CommandError) as refused:
        run(file(b""))
    assert str(refused.value)
    assert ImportBatch.objects.get().status == BatchStatus.REFUSED
