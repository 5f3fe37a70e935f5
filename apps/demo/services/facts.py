"""The facts of the sample: one COPY of all cars, then set-based inserts of what happened to them."""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from apps.demo.rules import Profile, Story, Unit, history, stream
from apps.demo.services import bulk
from apps.kernel.period import Month
from apps.vehicles import facts
from apps.vehicles import services as vehicles

SOURCE = "sample"
CARS = "demo_car"
DAYS = "demo_day"
FILLED = (
    "vehicles_vehicle",
    "sales_retaildelivery",
    "inventory_stockunit",
    "inventory_stockmovement",
    "vehicles_custody",
)
# the hours below are UTC: facts come in at 18:00 and 20:00 Chinese time
_COLUMNS = (
    "dealer_id bigint, vin text, model_id bigint, model_text text, trim_text text, list_amount numeric, "
    "colour text, produced_on date, received_on date, cost_amount numeric, delivered_on date, "
    "price_amount numeric, returned_on date, customer_type text, channel text, plated_on date"
)
_DELIVERIES = (
    "INSERT INTO sales_retaildelivery (dealer_id, source, external_id, quantity, occurred_on, period, "
    "recorded_at, vin, vehicle_id, model_id, model_text, trim_text, colour, price_amount, list_amount, "
    "invoiced_on, plated_on, customer_type, channel{more}) "
)
_CAR = (
    "c.vin, v.id, c.model_id, c.model_text, c.trim_text, c.colour, c.price_amount, c.list_amount, "
    "c.delivered_on, c.plated_on, c.customer_type, c.channel"
)


def load(
    found: Sequence[Profile],
    dealers: Mapping[str, int],
    models: Mapping[str, int],
    months: Sequence[Month],
    *,
    seed: int,
    last_day: date,
    now: datetime,
    progress: Callable[[str], None],
) -> int:
    """Put all cars of the dealers and what happened to them into the fact tables; returns how many cars."""
    facts.execute(f"CREATE TEMP TABLE {CARS} ({_COLUMNS})")
    count = _copy(_lines(found, dealers, models, months, seed, last_day, progress))
    facts.execute(f"ANALYZE {CARS}")
    progress("")
    with bulk.bare(FILLED):
        vehicles.register_vehicles(given=CARS, now=now)
        facts.execute("ANALYZE vehicles_vehicle")
        _deliver()
        _take_back()
        _stock(months[0])
        _hold()
        progress("indexes and foreign keys")
    facts.execute(f"DROP TABLE {CARS}")
    return count


def feeds(found: Sequence[Profile], dealers: Mapping[str, int], months: Sequence[Month], *, seed: int) -> int:
    """Say when each dealer's data of each month came: most in time, some late, a few never."""
    lines = "".join(_feed_lines(found, dealers, months, seed))
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY metrics_feedstatus (dealer_id, period, feed, state, first_reported_at, "
            "last_reported_at, source) FROM STDIN",
            io.StringIO(lines),
        )
    return lines.count("\n")


def _deliver() -> None:
    facts.stage_months(DAYS, of=CARS, column="delivered_on", kind="sales.retail")
    facts.execute(
        _DELIVERIES.format(more="")
        + "SELECT c.dealer_id, %s, c.vin, 1, c.delivered_on, s.period, c.delivered_on + time '12:00', "
        f"{_CAR} FROM {CARS} AS c JOIN vehicles_vehicle AS v ON v.vin = c.vin "
        f"JOIN {DAYS} AS s "
        "ON c.delivered_on BETWEEN s.first_on AND s.last_on ORDER BY c.delivered_on, c.vin",
        (SOURCE,),
    )
    facts.execute("ANALYZE sales_retaildelivery")


def _take_back() -> None:
    facts.stage_months(DAYS, of=CARS, column="returned_on", kind="sales.retail")
    facts.execute(
        _DELIVERIES.format(more=", reverses_id")
        + "SELECT c.dealer_id, %s, c.vin || '-R', -1, c.returned_on, s.period, c.returned_on + time '12:00', "
        f"{_CAR}, d.id FROM {CARS} AS c JOIN vehicles_vehicle AS v ON v.vin = c.vin "
        f"JOIN {DAYS} AS s "
        "ON c.returned_on BETWEEN s.first_on AND s.last_on "
        "JOIN sales_retaildelivery AS d ON d.source = %s AND d.external_id = c.vin "
        "ORDER BY c.returned_on, c.vin",
        (SOURCE, SOURCE),
    )


def _stock(first: Month) -> None:
    """Every car's stay at its dealer; a car taken back from a customer stands there again."""
    unit = (
        "INSERT INTO inventory_stockunit (dealer_id, source, external_id, vin, vehicle_id, model_id, "
        "model_text, trim_text, colour, received_on, produced_on, cost_amount, recorded_at, gone_on, "
        "gone_period) "
        "SELECT c.dealer_id, %s, c.vin{again}, c.vin, v.id, c.model_id, c.model_text, c.trim_text, c.colour, "
        "c.{day}, c.produced_on, c.cost_amount, c.{day} + time '10:00', {gone} "
        f"FROM {CARS} AS c JOIN vehicles_vehicle AS v ON v.vin = c.vin "
        f"LEFT JOIN {DAYS} AS s ON c.delivered_on BETWEEN s.first_on AND s.last_on "
        "WHERE c.{day} IS NOT NULL ORDER BY c.{day}, c.vin"
    )
    # said at once what the movements below come to, so that they need not change every unit again
    facts.stage_months(DAYS, of=CARS, column="delivered_on", kind="inventory.stock")
    facts.execute(unit.format(again="", day="received_on", gone="c.delivered_on, s.period"), (SOURCE,))
    facts.execute(unit.format(again=" || '-R'", day="returned_on", gone="NULL, NULL"), (SOURCE,))
    facts.execute("ANALYZE inventory_stockunit")
    facts.execute(
        "CREATE TEMP TABLE demo_move ON COMMIT DROP AS "
        "SELECT u.id AS unit_id, u.dealer_id, u.external_id || '~in' AS external_id, 1 AS quantity, "
        "CASE WHEN u.external_id <> u.vin THEN 'return' WHEN u.received_on < %s THEN 'opening' "
        "ELSE 'receipt' END AS kind, u.received_on AS occurred_on FROM inventory_stockunit AS u "
        "UNION ALL SELECT u.id, u.dealer_id, u.external_id || '~out', -1, 'retail', c.delivered_on "
        f"FROM inventory_stockunit AS u JOIN {CARS} AS c ON c.vin = u.external_id "
        "WHERE c.delivered_on IS NOT NULL",
        (first.first,),
    )
    facts.stage_months(DAYS, of="demo_move", column="occurred_on", kind="inventory.stock")
    facts.execute(
        "INSERT INTO inventory_stockmovement (unit_id, dealer_id, source, external_id, quantity, kind, "
        "occurred_on, period, recorded_at) "
        "SELECT m.unit_id, m.dealer_id, %s, m.external_id, m.quantity, m.kind, m.occurred_on, s.period, "
        "m.occurred_on + time '12:00' FROM demo_move AS m "
        f"JOIN {DAYS} AS s ON m.occurred_on BETWEEN s.first_on AND s.last_on "
        "ORDER BY m.occurred_on, m.unit_id",
        (SOURCE,),
    )


def _hold() -> None:
    """Who had which car, from the day it came to the day it left."""
    facts.execute(
        "CREATE TEMP TABLE demo_hold ON COMMIT DROP AS "
        "SELECT vehicle_id, dealer_id, received_on AS valid_from, gone_on AS valid_to "
        "FROM inventory_stockunit"
    )
    vehicles.open_custodies(given="demo_hold")


def _copy(lines: Iterable[str]) -> int:
    count = 0
    buffer: list[str] = []
    with connection.cursor() as cursor:
        for line in lines:
            buffer.append(line)
            count += 1
            if len(buffer) == 50_000:
                cursor.copy_expert(f"COPY {CARS} FROM STDIN", io.StringIO("".join(buffer)))
                buffer.clear()
        cursor.copy_expert(f"COPY {CARS} FROM STDIN", io.StringIO("".join(buffer)))
    return count


def _lines(
    found: Sequence[Profile],
    dealers: Mapping[str, int],
    models: Mapping[str, int],
    months: Sequence[Month],
    seed: int,
    last_day: date,
    progress: Callable[[str], None],
) -> Iterator[str]:
    for number, profile in enumerate(found, 1):
        rng = stream(seed, "customers", profile.number)
        dealer = dealers[profile.code]
        for unit in history(profile, months, seed, last_day=last_day):
            yield _line(unit, dealer, models, rng.random(), last_day)
        if number % 25 == 0 or number == len(found):
            progress(f"{number}/{len(found)}")


def _line(unit: Unit, dealer: int, models: Mapping[str, int], draw: float, last_day: date) -> str:
    customer = "company" if draw < 0.12 else "private"
    channel = "online" if draw > 0.85 else "second_tier" if draw > 0.75 else "showroom"
    plated = None
    if unit.delivered_on is not None and draw < 0.97:
        plated = date.fromordinal(unit.delivered_on.toordinal() + 1 + int(draw * 25))
        plated = plated if plated <= last_day else None
    values: tuple[Any, ...] = (
        dealer,
        unit.vin,
        models[unit.car.code],
        unit.car.name,
        unit.trim,
        unit.list_price,
        unit.colour,
        unit.produced_on,
        unit.received_on,
        unit.cost,
        unit.delivered_on,
        unit.price,
        unit.returned_on,
        customer,
        channel,
        plated,
    )
    return "\t".join(r"\N" if value is None else str(value) for value in values) + "\n"


def _feed_lines(
    found: Sequence[Profile], dealers: Mapping[str, int], months: Sequence[Month], seed: int
) -> Iterator[str]:
    for profile in found:
        rng = stream(seed, "feeds", profile.number)
        late = profile.story is Story.LATE
        for index, month in enumerate(months):
            for feed in ("sales.retail", "inventory.stock"):
                if late and index >= len(months) - 2 and rng.random() < 0.5:
                    continue
                day = month.next.first.replace(day=rng.randrange(4, 15) if late else rng.randrange(1, 4))
                at = f"{day} 09:{rng.randrange(60):02d}:00+08"
                yield f"{dealers[profile.code]}\t{month.first}\t{feed}\treported\t{at}\t{at}\t{SOURCE}\n"
