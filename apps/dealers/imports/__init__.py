"""The import of a dealer network, one row a dealer; and how other imports find a dealer by its spelling."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core import jobs
from apps.core.access import Actor
from apps.core.imports import lookups, registry
from apps.core.imports.registry import Committed, ImportKind
from apps.core.models import ImportBatch, ImportRow
from apps.dealers import policies, queries, services
from apps.dealers.imports import contacts
from apps.dealers.imports.checks import check, place_of
from apps.dealers.imports.columns import COLUMNS
from apps.dealers.models import Dealer
from apps.dealers.rules import StoreType, names
from apps.dealers.rules.places import Gazetteer

__all__ = ["KIND", "contacts"]


def _no_key(row: Mapping[str, Any]) -> str:
    """Repeats are found by `check`, which names both dealers."""
    return ""


def commit(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Create the dealers of the good rows that are not there yet, with the units they stand in."""
    jobs.lock("dealers.codes")
    staged = ImportRow.objects.filter(batch=batch, kind=KIND.code, errors=[]).order_by("row_no")
    by_code, _by_name = queries.known_dealers(actor=actor)
    gazetteer = queries.gazetteer()
    fresh = [row for row in staged.values_list("data", flat=True) if _free(row, by_code)]
    made = services.take_dealers(given=[_new(row, gazetteer) for row in fresh], actor=actor, now=now)
    return Committed(created=len(made), same=staged.count() - len(made))


def _free(row: Mapping[str, Any], by_code: Mapping[str, Dealer]) -> bool:
    return names.clean_code(row["code"]) not in by_code


def _new(row: Mapping[str, Any], gazetteer: Gazetteer) -> services.NewDealer:
    match = place_of(gazetteer, row)
    assert match.province is not None
    return services.NewDealer(
        code=names.clean_code(row["code"]),
        name=row["name"],
        province=match.province.code,
        city=match.city.code if match.city else None,
        county=match.county.code if match.county else None,
        area=row["area"] or "",
        short_name=row["short_name"] or "",
        group=row["group"] or "",
        store_type=row["store_type"] or StoreType.FULL_4S,
        address=row["address"] or "",
        opened_on=_day(row["opened_on"]),
        contract_from=_day(row["contract_from"]),
        contract_to=_day(row["contract_to"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


KIND = registry.declare(
    ImportKind(
        code="dealers.dealer",
        label=_("Dealers"),
        action=policies.IMPORT,
        columns=COLUMNS,
        key=_no_key,
        check=check,
        commit=commit,
        help=_("One row is one dealer. Provinces become organisation units where none stands for them yet."),
        list_url="dealers:dealer-list",
    )
)


def _resolve(spellings: Collection[str], actor: Actor) -> Mapping[str, int]:
    return queries.resolve(spellings, actor)


def _choices(actor: Actor) -> Sequence[lookups.Choice]:
    rows = queries.dealers(actor=actor).order_by("name_key", "pk").values_list("code", "name")
    return [lookups.Choice(code, f"{code} {name}") for code, name in rows]


lookups.register(
    "dealer",
    _resolve,
    label=_("dealer"),
    choices=_choices,
    create=services.create_from_spellings,
    create_action=policies.MANAGE,
    create_label=_("Create the unknown dealers"),
)
