"""Public files that nobody here wrote go in through mappings, where they are at hand."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count, Sum
from django.urls import reverse

from apps.core.imports import queries
from apps.core.models import ImportBatch, MappingProfile
from apps.core.models.imports import BatchStatus
from apps.core.spreadsheet import reading
from apps.dealers.models import Dealer
from apps.inventory.models import StockMovement
from apps.sales.models import RetailDelivery

FOLDER = Path(os.environ.get("DEALEROPS_REAL_DATA") or reading.PROJECT_ROOT.parent / "shared" / "data")


def url(name: str, batch: ImportBatch) -> str:
    return reverse(f"core:import-{name}", args=[batch.pk])


def send(client, name: str, kind: str, **fields) -> ImportBatch:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is not at hand (DEALEROPS_REAL_DATA)")
    sent = SimpleUploadedFile(name, path.read_bytes(), content_type="text/csv")
    page = client.post(reverse("core:import-new"), {"kind": kind, "file": sent, **fields}, follow=True)
    assert page.status_code == 200
    return ImportBatch.objects.latest("pk")


def as_posted(batch: ImportBatch, **other: str) -> dict[str, str]:
    """What the browser posts when the suggested mapping is taken as it is."""
    posted = {"act": "check", "source": "dms", "covers_from": "", "covers_to": "", "save_as": ""}
    for number, output in enumerate(queries.mapping_of(batch=batch).outputs):
        for name, source in output.fields.items():
            posted[f"o{number}-{name}-from"] = f"c:{source.column}"
            if source.formats:
                posted[f"o{number}-{name}-format"] = source.formats[0]
    return posted | other


def test_a_year_of_sales_of_28_unknown_dealers(network, hq_ops, client_of, run_jobs):
    client = client_of(hq_ops)
    batch = send(client, "dealer_sales_2022.csv", "sales.retail")
    run_jobs()
    batch.refresh_from_db()
    assert batch.status == BatchStatus.MAPPING
    suggested = queries.mapping_of(batch=batch).outputs[0].fields
    assert {name: source.column for name, source in suggested.items()} == {
        "external_id": "Car_id",
        "dealer": "Dealer_Name",
        "occurred_on": "Date",
        "model": "Model",
        "colour": "Color",
        "price_amount": "Price ($)",
        "region_text": "Dealer_Region",
    }
    assert suggested["occurred_on"].formats == ("%m/%d/%Y",)
    months = {"covers_from": "2022-01", "covers_to": "2022-12"}
    client.post(url("mapping", batch), as_posted(batch, save_as="US sales", **months))
    run_jobs()
    batch.refresh_from_db()
    assert (batch.status, batch.total_rows, batch.bad_rows) == (BatchStatus.CHECKED, 10_645, 10_645)
    assert batch.summary["unresolved_total"]["dealer"] == 28
    assert batch.summary["errors"]["total"] == 10_645
    spellings = [item["text"] for item in batch.summary["unresolved"]["dealer"]]
    chosen = {"act": "create:dealer"}
    for number, text in enumerate(spellings, 1):
        chosen |= {f"dealer--text-{number}": text, f"dealer--create-{number}": "1"}
    client.post(url("spellings", batch), chosen)
    run_jobs()
    batch.refresh_from_db()
    assert (batch.good_rows, batch.bad_rows) == (10_645, 0)
    assert Dealer.objects.count() == 5 + 28
    client.post(url("commit", batch), {"mode": "all"})
    run_jobs()
    batch.refresh_from_db()
    assert (batch.status, batch.created_facts) == (BatchStatus.COMMITTED, 10_645)
    facts = RetailDelivery.objects.aggregate(Count("pk"), Sum("quantity"), Sum("price_amount"))
    assert tuple(facts.values()) == (10_645, 10_645, Decimal("300340345.00"))
    assert "2022-01-02" in client.get(url("detail", batch)).content.decode()

    again = send(client, "dealer_sales_2022.csv", "sales.retail")
    run_jobs()
    again.refresh_from_db()
    assert (again.profile, again.same_rows, again.good_rows) == (MappingProfile.objects.get(), 10_645, 0)
    client.post(url("commit", again), {"mode": "all"})
    run_jobs()
    again.refresh_from_db()
    assert (again.status, again.created_facts, RetailDelivery.objects.count()) == ("committed", 0, 10_645)


def test_a_dealer_network_goes_in_without_a_question(network, hq_ops, client_of, run_jobs):
    batch = send(client_of(hq_ops), "cn_dealers_wey.csv", "dealers.dealer")
    run_jobs()
    batch.refresh_from_db()
    assert (batch.status, batch.total_rows) == (BatchStatus.CHECKED, 221)
    assert (batch.good_rows + batch.bad_rows, batch.summary["by"]) == (221, "headings")


def test_stays_on_the_lot_become_arrivals_and_departures(network, hq_ops, client_of, run_jobs):
    client = client_of(hq_ops)
    batch = send(client, "vehicles_us_dev.csv", "inventory.receipt", source="listings")
    run_jobs()
    batch.refresh_from_db()
    assert batch.status == BatchStatus.MAPPING
    receipt = {
        "act": "add:inventory.departure",
        "source": "listings",
        "o0-external_id-from": "c:row_no",
        "o0-dealer-from": "constant",
        "o0-dealer-constant": "D001",
        "o0-received_on-from": "c:date_posted",
        "o0-received_on-format": "%m/%d/%Y",
        "o0-colour-from": "c:paint_color",
    }
    departure = {
        "act": "check",
        "o1-external_id-from": "c:row_no",
        "o1-dealer-from": "constant",
        "o1-dealer-constant": "D001",
        "o1-received_on-from": "c:date_posted",
        "o1-received_on-format": "%m/%d/%Y",
        "o1-left_on-from": "d:add_days",
        "o1-left_on-column0": "date_posted",
        "o1-left_on-column1": "days_listed",
        "o1-left_on-format": "%m/%d/%Y",
    }
    client.post(url("mapping", batch), receipt)
    client.post(url("mapping", batch), receipt | departure)
    run_jobs()
    batch.refresh_from_db()
    assert (batch.status, batch.total_rows, batch.good_rows) == (BatchStatus.CHECKED, 17_291, 17_291)
    client.post(url("commit", batch), {"mode": "all"})
    run_jobs()
    batch.refresh_from_db()
    assert (batch.status, batch.created_facts) == (BatchStatus.COMMITTED, 2 * 17_291)
    day = date(2018, 12, 31)
    held = StockMovement.objects.filter(occurred_on__lte=day).aggregate(Sum("quantity"))
    assert held["quantity__sum"] == 1_878
