"""Reads of the catalogue and of vehicles: what a VIN tells, who had it, which model a spelling means."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Reverse
from django.db.models.lookups import StartsWith

from apps.core.access import Actor
from apps.vehicles import policies, rules
from apps.vehicles.models import Brand, CarModel, Custody, ModelAlias, Series, Trim, Vehicle, VinStrictness


@dataclass(frozen=True)
class VinFile:
    """Everything known about a VIN: what it tells by itself, the car, and the custodies the actor may see."""

    decoded: rules.Decoded
    vehicle: Vehicle | None
    custodies: Sequence[Custody]


@cache
def manufacturers() -> Mapping[str, str]:
    """The world manufacturer identifiers the product ships, by code."""
    path = settings.BASE_DIR / "reference" / "wmi.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        return MappingProxyType({row["wmi"]: row["manufacturer"] for row in csv.DictReader(handle)})


def strictness() -> rules.Strictness:
    """How strictly VIN problems are taken, as configured."""
    rows = VinStrictness.objects.values_list("origin", "problem", "severity")
    return {(origin, problem): severity for origin, problem, severity in rows}


def decoded(vins: Collection[str], *, today: date) -> dict[str, rules.Decoded]:
    """What each of these VINs tells, under the configured strictness; cars may be a model year ahead."""
    table, makers = strictness(), manufacturers()
    return {
        vin: rules.decode(vin, manufacturers=makers, strictness=table, latest=today.year + 1)
        for vin in set(vins)
    }


def vin_like(part: str, vin: str = "vin") -> Q:
    """Rows whose VIN begins or ends with the part as typed, found by index from both ends; `vin` names the
    field.
    """
    wanted = rules.normalise(part)
    return Q(~Q(**{vin: ""}), Q(**{f"{vin}__startswith": wanted}) | StartsWith(Reverse(vin), wanted[::-1]))


def vin_file(raw: str, *, actor: Actor, today: date) -> VinFile:
    """What is known about a VIN as typed; it is decoded for all, its car and custodies shown within scope."""
    vin = rules.normalise(raw)
    known = vehicles(actor=actor).filter(vin=vin).first()
    held = custodies(actor=actor).filter(vehicle__vin=vin).order_by("-valid_from", "-pk")
    return VinFile(decoded([raw], today=today)[raw], known, list(held))


def vehicles(*, actor: Actor) -> QuerySet[Vehicle]:
    """Cars of which the actor sees a custody."""
    return policies.vehicle.visible_to(actor, Vehicle.objects.select_related("model__series__brand", "trim"))


def custodies(*, actor: Actor) -> QuerySet[Custody]:
    """Custodies of the actor's dealers."""
    return policies.custody.visible_to(actor, Custody.objects.select_related("dealer", "vehicle"))


def models(*, actor: Actor) -> QuerySet[CarModel]:
    """The models of the catalogue with series and brand."""
    return policies.model.visible_to(actor, CarModel.objects.select_related("series__brand"))


def series(*, actor: Actor) -> QuerySet[Series]:
    """The series of the catalogue, which targets call model lines."""
    return policies.series.visible_to(actor, Series.objects.all())


def catalogue(*, actor: Actor) -> QuerySet[Brand]:
    """The catalogue as a tree, in four queries: brands, their series, models, trims and aliases."""
    trims = Trim.objects.order_by("name", "pk")
    aliases = ModelAlias.objects.order_by("spelling", "pk")
    cars = CarModel.objects.order_by("name", "pk").prefetch_related(
        Prefetch("trims", trims), Prefetch("aliases", aliases)
    )
    lines = Series.objects.order_by("name", "pk").prefetch_related(Prefetch("models", cars))
    rows = Brand.objects.order_by("name", "pk").prefetch_related(Prefetch("series", lines))
    return policies.brand.visible_to(actor, rows)


def models_by_spelling(spellings: Collection[str], *, actor: Actor) -> dict[str, int]:
    """The model each spelling stands for: alias, model or trim code, or a name of one model only.

    Names count alone and after their brand or series. What stands for two models is left out.
    """
    if not actor.may(policies.VIEW):
        return {}
    keys = {rules.spelling_key(spelling): None for spelling in spellings}
    meant = _keys_of_models()
    aliases = ModelAlias.objects.filter(key__in=keys).values_list("key", "model_id")
    found = {key: next(iter(meant[key])) for key in keys if len(meant.get(key, ())) == 1} | dict(aliases)
    by_spelling = {spelling: found.get(rules.spelling_key(spelling)) for spelling in spellings}
    return {spelling: pk for spelling, pk in by_spelling.items() if pk is not None}


def _keys_of_models() -> Mapping[str, set[int]]:
    meant: defaultdict[str, set[int]] = defaultdict(set)
    rows = CarModel.objects.values_list("pk", "code", "name", "series__name", "series__brand__name")
    for pk, code, name, series, brand in rows:
        for text in (code, name, f"{series} {name}", f"{brand} {name}", f"{brand} {series} {name}"):
            meant[rules.spelling_key(text)].add(pk)
    for pk, code in Trim.objects.values_list("model_id", "code"):
        meant[rules.spelling_key(code)].add(pk)
    return meant
