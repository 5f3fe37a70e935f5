"""Data of the benches: the same rows every time, made by the data base itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.closing import runner
from apps.closing import services as closing
from apps.core import access
from apps.demo.rules import profiles
from apps.demo.services import cast, catalogue
from apps.demo.services import network as places
from apps.kernel.period import Month
from apps.metrics import services as metrics
from apps.metrics.registry import registry
from bench import harness

SEED = 1
LAST = Month(2026, 6)
SOURCE = "bench"
ACTOR = access.system("bench")

_DELIVERIES = """
INSERT INTO sales_retaildelivery (dealer_id, source, external_id, quantity, occurred_on, period, recorded_at,
       vin, model_id, model_text, trim_text, colour, price_amount, list_amount, invoiced_on, channel,
       customer_type, region_text)
SELECT dealers[1 + i %% cardinality(dealers)], %(source)s, 'S' || lpad(i::text, 9, '0'), 1, day,
       date_trunc('month', day)::date, day + time '12:00', 'LDPBENCH0' || lpad(i::text, 8, '0'),
       models[1 + i %% cardinality(models)], names[1 + i %% cardinality(models)], '2.0T 旗舰型',
       (ARRAY['珍珠白', '极夜黑', '星空灰'])[1 + i %% 3],
       90000 + (i * 37 %% 90000), 100000 + (i * 37 %% 90000), day,
       (ARRAY['showroom', 'online', 'second_tier'])[1 + i %% 3],
       (ARRAY['private', 'company'])[1 + i %% 2], '华东'
  FROM (SELECT array_agg(id ORDER BY id) AS dealers FROM dealers_dealer) AS d,
       (SELECT array_agg(id ORDER BY id) AS models, array_agg(name ORDER BY id) AS names
          FROM vehicles_carmodel) AS m,
       generate_series(%(first)s::bigint, %(last)s::bigint) AS i,
       LATERAL (SELECT %(start)s::date + (i * 7919 %% %(days)s)::int AS day) AS at
"""
_UNITS = """
INSERT INTO inventory_stockunit (dealer_id, source, external_id, vin, model_id, model_text, trim_text, colour,
       received_on, produced_on, cost_amount, recorded_at, gone_on, gone_period)
SELECT dealers[1 + i %% cardinality(dealers)], %(source)s, 'U' || lpad(i::text, 9, '0'),
       'LDPSTOCK0' || lpad(i::text, 8, '0'), models[1 + i %% cardinality(models)],
       names[1 + i %% cardinality(models)], '2.0T 旗舰型', '珍珠白', came, came - 20,
       90000 + (i * 37 %% 90000),
       came + time '12:00', went, date_trunc('month', went)::date
  FROM (SELECT array_agg(id ORDER BY id) AS dealers FROM dealers_dealer) AS d,
       (SELECT array_agg(id ORDER BY id) AS models, array_agg(name ORDER BY id) AS names
          FROM vehicles_carmodel) AS m,
       generate_series(%(after)s::bigint + 1, %(after)s::bigint + %(gone)s + %(here)s) AS i,
       LATERAL (SELECT CASE WHEN i <= %(after)s + %(gone)s
                            THEN %(start)s::date + (i * 7919 %% %(days)s)::int END) AS o (went),
       LATERAL (SELECT coalesce(went - 15 - (i %% 60)::int,
                                %(end)s::date - (i * 7919 %% 180)::int)) AS r (came)
"""
_MOVEMENTS = """
INSERT INTO inventory_stockmovement (unit_id, dealer_id, source, external_id, quantity, kind, occurred_on,
       period, recorded_at)
SELECT id, dealer_id, source, external_id || '~in', 1, 'receipt', received_on,
       date_trunc('month', received_on)::date, recorded_at FROM inventory_stockunit
 WHERE external_id > %(last)s
 UNION ALL
SELECT id, dealer_id, source, external_id || '~out', -1, 'retail', gone_on, gone_period,
       gone_on + time '20:00' FROM inventory_stockunit WHERE gone_on IS NOT NULL AND external_id > %(last)s
"""
_LOANS = """
INSERT INTO inventory_floorplanloan (dealer_id, unit_id, lender, number, principal_amount, annual_rate,
       free_days, started_on, recorded_at)
SELECT dealer_id, id, 'bank', external_id, round(cost_amount * 0.8, 2), 0.05 + 0.001 * (id %% 20),
       30 * (id %% 2)::int, received_on, recorded_at
  FROM inventory_stockunit WHERE gone_on IS NULL AND id %% 2 = 0 AND external_id > %(last)s
"""
_FEEDS = """
INSERT INTO metrics_feedstatus (dealer_id, period, feed, state, first_reported_at, last_reported_at, source)
SELECT d.id, p.period, f.feed, 'reported', p.period + interval '1 month 1 day',
       p.period + interval '1 month 1 day', %s
  FROM dealers_dealer AS d, unnest(%s::date[]) AS p (period), unnest(%s::text[]) AS f (feed)
"""


def months(count: int) -> list[Month]:
    """The last months of the data, oldest first."""
    return [LAST.shift(-back) for back in range(count - 1, -1, -1)]


def network(dealers: int) -> None:
    """Models, dealers with their units, and one log-in for each role."""
    now = timezone.now()
    catalogue.build()
    rows = places.build(
        profiles(dealers, SEED), seed=SEED, opened_before=months(60)[0].first, actor=ACTOR, now=now
    )
    cast.build(dealer=rows[0], neighbour=rows[-1], actor=ACTOR, now=now)


def deliveries(count: int, *, over: int, after: int = 0, source: str = SOURCE) -> None:
    """Retail deliveries numbered from `after` + 1, spread over the last months and all dealers."""
    first, last = months(over)[0].first, LAST.last
    days = (last - first).days + 1
    values = {"source": source, "first": after + 1, "last": after + count, "start": first, "days": days}
    harness.execute(_DELIVERIES, values)


def stock(*, gone: int, here: int, over: int, after: int = 0) -> None:
    """Vehicles numbered from `after` + 1 with their movements: some left in the last months, some stay."""
    start, end = months(over)[0].first, LAST.last
    values = {"source": SOURCE, "gone": gone, "here": here, "after": after, "start": start, "end": end}
    with _as_given("inventory_stockunit"), _as_given("inventory_stockmovement"):
        harness.execute(_UNITS, values | {"days": (end - start).days + 1})
        harness.execute(_MOVEMENTS, {"last": f"U{after:09d}"})


def loans(*, after: int = 0) -> None:
    """A floor-plan loan on half of the vehicles that stand in stock, of those numbered from `after` + 1."""
    harness.execute(_LOANS, {"last": f"U{after:09d}"})


@contextlib.contextmanager
def _as_given(table: str) -> Iterator[None]:
    """The table without its triggers, which would work out what is given here already."""
    harness.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    harness.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def feeds(over: int) -> None:
    """All dealers have reported everything for the last months."""
    periods = [month.first for month in months(over)]
    harness.execute(_FEEDS, [SOURCE, periods, list(registry.feeds)])


def store(wanted: Iterable[Month], *, kpis: bool = True) -> None:
    """The monthly store of these months: measures, and KPIs of dealers and units if wanted."""
    now = timezone.now()
    for month in wanted:
        reading: dict[str, Any] = {"month": month, "revision": metrics.open_reading(month=month).revision}
        metrics.begin(**reading, now=now)
        metrics.collect(**reading)
        if kpis:
            metrics.compute_kpis(**reading)
            metrics.reduce_units(**reading)
        metrics.finish(**reading, result_hash="", now=now, freeze=False)


def compute(wanted: Iterable[Month]) -> None:
    """Everything a run computes of these months, left open."""
    for month in wanted:
        run = closing.close_month(month=month, actor=ACTOR, now=timezone.now(), freeze=False)
        runner.work_through(run)


def token(username: str) -> str:
    """A fresh API token of a log-in."""
    user = User.objects.get(username=username)
    return accounts.issue_token(user=user, name="bench", actor=ACTOR, now=timezone.now())[1]


def row(sql: str, params: harness.Params = None) -> tuple[Any, ...]:
    """The first row of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: tuple[Any, ...] = cursor.fetchone()
        return found
