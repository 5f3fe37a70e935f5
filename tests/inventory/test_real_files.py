"""A public table of stays goes in as arrivals and departures; stock and ages equal a plain computation."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.urls import reverse

from apps.core.imports import services
from apps.core.models import ImportBatch, MappingProfile
from apps.core.models.imports import BatchStatus
from apps.inventory import queries
from apps.inventory.models import StockMovement, StockUnit
from apps.inventory.queries.board import Cut, board
from apps.inventory.rules import BUCKETS
from apps.kernel.period import Month, months_between
from apps.metrics import partitions
from apps.metrics import services as metrics
from apps.metrics.models import FeedStatus, MeasureValue
from apps.metrics.registry import registry
from tests.factories import files

LISTINGS = ("vehicles_us_dev.csv", "示例：在库车辆（入库日与在库天数）")
DAY = date(2018, 12, 31)
Stay = tuple[date, date]


@pytest.fixture
def ops(hq_ops, actor_of):
    return actor_of(hq_ops)


def commit(batch: ImportBatch, ops, now) -> ImportBatch:
    batch = services.commit(batch=batch, mode="all", actor=ops, now=now)
    if batch.status == BatchStatus.COMMITTING:
        batch = services.finish_commit(batch=batch, actor=ops, now=now)
    return batch


@pytest.fixture
def stays(network, ops, now) -> list[Stay]:
    """The file, imported; its stays as the standard library reads them."""
    batch = files.upload(*LISTINGS, actor=ops, now=now, dealer="D001")
    assert (batch.status, batch.total_rows, batch.bad_rows) == (BatchStatus.CHECKED, 17_291, 0)
    done = commit(batch, ops, now)
    assert (done.status, done.created_facts) == (BatchStatus.COMMITTED, 34_582)
    found = []
    for row in files.rows(LISTINGS[0]):
        posted = datetime.strptime(row["date_posted"], "%m/%d/%Y").date()  # noqa: DTZ007 -- a plain date
        found.append((posted, posted + timedelta(days=int(row["days_listed"]))))
    return found


def standing(stays: list[Stay], day: date) -> list[int]:
    """The ages of what is in stock on a day: posted ≤ day < posted + days."""
    return [(day - came).days for came, left in stays if came <= day < left]


def test_1878_in_stock_and_their_ages(stays, ops) -> None:
    ages = standing(stays, DAY)
    assert len(ages) == 1_878
    stock = queries.stock(actor=ops, on=DAY)
    assert sorted(stock.values_list("age", flat=True)) == sorted(ages)
    classes = queries.ageing(stock)
    assert {each.bucket.code: each.units for each in classes} == {
        "0-30": 1186,
        "31-60": 485,
        "61-90": 142,
        "91-180": 63,
        "181-365": 2,
        ">365": 0,
    }
    assert all(each.amount is None for each in classes if each.units)


def test_ages_on_many_days_equal_a_plain_computation(stays, ops) -> None:
    for day in (date(2018, 5, 1), date(2018, 8, 15), date(2019, 2, 28), date(2019, 4, 19), date(2020, 1, 1)):
        plain = Counter(next(b.code for b in BUCKETS if b.holds(age)) for age in standing(stays, day))
        classes = queries.ageing(queries.stock(actor=ops, on=day))
        assert {each.bucket.code: each.units for each in classes if each.units} == plain


def test_month_ends_and_flows_equal_a_plain_computation(network, stays) -> None:
    last = max(left for _came, left in stays)
    months = list(months_between(Month(2018, 5), Month.of(last)))
    partitions.ensure(months)
    for month in months:
        metrics.collect(month=month, revision=1)
    values = MeasureValue.objects.filter(dealer=network.d1, dimension="")
    found = {(row.measure, Month.of(row.period)): row.value for row in values}
    start = 0
    for month in months:
        ages = standing(stays, month.last)
        receipts = sum(month.contains(came) for came, _left in stays)
        sold = sum(month.contains(left) for _came, left in stays)
        assert found["inventory.stock_units", month] == len(ages)
        assert found["inventory.receipt_units", month] == receipts
        assert found["inventory.retail_out_units", month] == sold
        assert found["inventory.aged_units", month] == sum(age > 90 for age in ages)
        assert found["inventory.age_days", month] == sum(ages)
        assert len(ages) == start + receipts - sold
        assert queries.book(network.d1.pk, month).difference == 0
        assert ("inventory.stock_amount", month) not in found or not ages
        start = len(ages)
    assert start == 0


def test_the_facts_of_a_stock_are_the_vehicles_in_it(stays) -> None:
    stock = registry.measures["inventory.stock_units"].facts(Month(2018, 12))
    assert (stock.count(), stock.aggregate(units=Sum("quantity"))["units"]) == (1_878, 1_878)


def test_the_same_file_again_changes_nothing(stays, ops, now) -> None:
    again = files.upload(*LISTINGS, actor=ops, now=now, dealer="D001")
    assert (again.good_rows, again.same_rows, again.bad_rows) == (0, 17_291, 0)
    assert commit(again, ops, now).created_facts == 0
    assert (StockUnit.objects.count(), StockMovement.objects.count()) == (17_291, 34_582)


def test_withdrawn_stock_is_gone_and_can_come_again_to_another_dealer(network, stays, ops, now) -> None:
    services.withdraw(batch=ImportBatch.objects.get(), actor=ops, now=now)
    assert StockMovement.objects.aggregate(units=Sum("quantity"))["units"] == 0
    assert not queries.stock(actor=ops, on=DAY).exists()
    assert not FeedStatus.objects.exists()
    again = files.upload(*LISTINGS, actor=ops, now=now, dealer="D002")
    assert (again.good_rows, again.bad_rows) == (17_291, 0)
    assert commit(again, ops, now).created_facts == 34_582
    stock = queries.stock(actor=ops, on=DAY)
    assert list(stock.values_list("dealer__code", flat=True).distinct().order_by()) == ["D002"]
    assert stock.count() == 1_878


def test_the_page_asks_for_the_dealer_and_shows_the_stock(network, hq_ops, client_of, ops, now) -> None:
    profile = MappingProfile.objects.get(name=LISTINGS[1])
    wish = services.Wish(profile=profile, wait=True)
    batch = services.upload(
        kind=profile.kind, content=files.content(LISTINGS[0]), name="v.csv", actor=ops, now=now, wish=wish
    )
    assert batch.status == BatchStatus.MAPPING
    page = client_of(hq_ops).get(reverse("core:import-mapping", args=[batch.pk])).content.decode()
    assert "days_listed" in page


PER_MODEL = """
SELECT model, count(*) FILTER (WHERE here AND age <= 30),
       count(*) FILTER (WHERE here AND age BETWEEN 31 AND 60),
       count(*) FILTER (WHERE here AND age BETWEEN 61 AND 90),
       count(*) FILTER (WHERE here AND age BETWEEN 91 AND 180),
       count(*) FILTER (WHERE here AND age BETWEEN 181 AND 365), count(*) FILTER (WHERE here AND age > 365),
       count(*) FILTER (WHERE gone > %(day)s::date - 30 AND gone <= %(day)s::date)
  FROM (SELECT model, %(day)s::date - came AS age, gone,
               came <= %(day)s::date AND gone > %(day)s::date AS here
          FROM (SELECT model, to_date(date_posted, 'MM/DD/YYYY') AS came,
                       to_date(date_posted, 'MM/DD/YYYY') + days_listed::int AS gone
                  FROM jsonb_to_recordset(%(rows)s) AS told (model text, date_posted text, days_listed text)
               ) AS stay
       ) AS at_day
 GROUP BY model
"""


def test_stock_ageing_and_coefficient_per_model_and_month_equal_plain_sql(network, stays, ops) -> None:
    """Six month ends × 100 models, read from the file by SQL that knows nothing of the product."""
    told = json.dumps([dict(row) for row in files.rows(LISTINGS[0])])
    compared = 0
    for month in months_between(Month(2018, 8), Month(2019, 1)):
        with connection.cursor() as cursor:
            cursor.execute(PER_MODEL, {"day": month.last, "rows": told})
            plain = {model: (cells, sold) for model, *cells, sold in cursor.fetchall() if any((*cells, sold))}
        found = board(actor=ops, by=Cut.MODEL, on=month.last)
        assert {line.key: (line.cells, line.sold) for line in found.lines} == plain
        for line in found.lines:
            cells, sold = plain[line.key]
            # the coefficient of the last 30 days, in days: 30 × stock ÷ sold
            assert line.days_supply == (Decimal(sum(cells) * 30) / sold if sold else None)
            compared += 1
        assert found.total.units == len(standing(stays, month.last))
    assert compared > 500
