"""Who sold which cars, as a file: one row is one delivered car and the person of the store who sold it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Assignment
from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import Committed, RowProblem, Rows
from apps.core.models import ImportBatch, ImportRow
from apps.engagement import policies
from apps.engagement.models import SaleCredit
from apps.sales import policies as sales_policies
from apps.sales import queries as sales
from apps.sales.models import RetailDelivery

IMPORT = "engagement.seller"
_NO_CAR = _("No delivered car of your stores has this VIN or number.")
_MANY = _("Several deliveries have this VIN; give the number of the delivery.")
_NO_SELLER = _("Nobody with this log-in name held a post at the store on that day.")
_NAMED = _("Another seller of this car was named already.")
Held = Mapping[str, list[RetailDelivery]]


def problems_of(rows: Rows, *, actor: Actor) -> list[RowProblem]:
    """What is wrong with rows, each named; a foreign car reads like one that does not exist."""
    cars, staff, named = _cars(rows, actor), _staff(rows), _named(rows)
    found = (_problem(row, cars, staff, named) for row in rows)
    return [problem for problem in found if problem is not None]


def _problem(
    row: Mapping[str, Any],
    cars: Held,
    staff: Mapping[str, list[Assignment]],
    named: Mapping[tuple[str, str], str],
) -> RowProblem | None:
    def wrong(column: str, code: str, message: Any) -> RowProblem:
        return RowProblem(row["row_no"], column, code, message, value=str(row[column]))

    found = cars.get(row["car"].upper(), [])
    if not found:
        return wrong("car", "unknown", _NO_CAR)
    if len(found) > 1:
        return wrong("car", "ambiguous", _MANY)
    car, person = found[0], row["person"].lower()
    seller = named.get((car.source, car.external_id))
    if seller is not None:
        return (
            wrong("person", registry.SAME, "")
            if seller == person
            else wrong("person", "named_already", _NAMED)
        )
    if _post(staff.get(person, ()), car.dealer_id, car.occurred_on) is None:
        return wrong("person", "not_staff", _NO_SELLER)
    return None


def take_batch(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Name the sellers of the good rows, in one transaction; points follow in the next run."""
    jobs.lock(IMPORT)
    staged = ImportRow.objects.filter(batch=batch, kind=IMPORT, errors=[]).order_by("row_no")
    rows = list(staged.values_list("data", flat=True))
    cars, staff, named = _cars(rows, actor), _staff(rows), _named(rows)
    fresh = []
    for row in rows:
        (car,) = cars[row["car"].upper()]
        held = _post(staff.get(row["person"].lower(), ()), car.dealer_id, car.occurred_on)
        if held is not None and (car.source, car.external_id) not in named:
            fresh.append(
                SaleCredit(
                    dealer_id=car.dealer_id,
                    delivery=car,
                    person_id=held.user_id,
                    recorded_at=now,
                    recorded_by=actor.label[:150],
                )
            )
    made = SaleCredit.objects.bulk_create(fresh, batch_size=2000)
    changes = [audit.Change(row, after={"person": row.person_id, "vin": row.delivery.vin}) for row in made]
    audit.record_many(actor=actor, action=policies.NAME_SELLER, changes=changes, now=now)
    return Committed(created=len(made), same=len(rows) - len(made))


def _cars(rows: Rows, actor: Actor) -> Held:
    """Deliveries that stand, by VIN and by number, as far as the actor names their sellers."""
    wanted = {row["car"].upper() for row in rows} | {row["car"] for row in rows}
    facts = sales.in_force().filter(Q(vin__in=wanted) | Q(external_id__in=wanted), quantity__gt=0)
    found: dict[str, list[RetailDelivery]] = defaultdict(list)
    seen = sales_policies.delivery.in_scope(actor.narrowed(policies.NAME_SELLER), facts)
    for fact in seen.order_by("pk"):
        for key in {(fact.vin or "").upper(), fact.external_id.upper()} - {""}:
            found[key].append(fact)
    return found


def _staff(rows: Rows) -> Mapping[str, list[Assignment]]:
    """Posts at stores of the people named, by log-in name."""
    names = {row["person"].lower() for row in rows} | {row["person"] for row in rows}
    held = Assignment.objects.filter(
        dealer__isnull=False, user__is_active=True, user__username__in=names
    ).select_related("user")
    found: dict[str, list[Assignment]] = defaultdict(list)
    for row in held.order_by("pk"):
        found[row.user.username.lower()].append(row)
    return found


def _named(rows: Rows) -> Mapping[tuple[str, str], str]:
    """Whose cars have a seller already: identity of the delivery → log-in name."""
    wanted = {row["car"].upper() for row in rows} | {row["car"] for row in rows}
    found = SaleCredit.objects.filter(Q(delivery__vin__in=wanted) | Q(delivery__external_id__in=wanted))
    told = found.values_list("delivery__source", "delivery__external_id", "person__username")
    return {(source, number): name.lower() for source, number, name in told}


def _post(held: Iterable[Assignment], dealer_id: int, on: date) -> Assignment | None:
    """The post somebody held at a store on a day."""
    return next(
        (
            row
            for row in held
            if row.dealer_id == dealer_id
            and row.valid_from <= on
            and (row.valid_to is None or row.valid_to >= on)
        ),
        None,
    )
