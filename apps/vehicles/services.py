"""Writes of the catalogue, and the set-based registering of vehicles and custodies for the apps above."""

# ruff: noqa: S608 -- names of temporary tables come from code, values are parameters

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.vehicles import facts, rules
from apps.vehicles.models import Brand, CarModel, ModelAlias, Series, Trim

UNSORTED = "unsorted"


@transaction.atomic
def create_models(*, names: Collection[str], actor: Actor, now: datetime) -> dict[str, int]:
    """Add models under their names to the series for unsorted ones; an administrator sorts them later."""
    heading = gettext("Unsorted")
    brand, _new = Brand.objects.get_or_create(code=UNSORTED, defaults={"name": heading})
    series, _new = Series.objects.get_or_create(code=UNSORTED, defaults={"name": heading, "brand": brand})
    wanted = {_code_of(name): " ".join(name.split())[:100] for name in names}
    before = set(CarModel.objects.filter(code__in=wanted).values_list("code", flat=True))
    CarModel.objects.bulk_create(
        [CarModel(series=series, code=code, name=name) for code, name in wanted.items()],
        ignore_conflicts=True,
    )
    made = CarModel.objects.filter(code__in=wanted)
    changes = [audit.Change(car, after={"name": car.name}) for car in made if car.code not in before]
    audit.record_many(actor=actor, action="vehicles.create_model", changes=changes, now=now)
    keys = {car.code: car.pk for car in made}
    return {name: keys[_code_of(name)] for name in names}


@transaction.atomic
def name_alias(
    *,
    spelling: str,
    model: CarModel,
    trim: Trim | None,
    actor: Actor,
    now: datetime,
    alias: ModelAlias | None = None,
) -> ModelAlias:
    """Say that a spelling stands for a model (or one of its trims); `alias_taken` when it stands for one."""
    check_alias(spelling=spelling, model=model, trim=trim, alias=alias)
    named = alias or ModelAlias()
    named.spelling, named.key = spelling.strip(), rules.spelling_key(spelling)
    named.model, named.trim = model, trim
    named.save()
    after: Mapping[str, str] = {
        "spelling": named.spelling,
        "model": model.code,
        "trim": trim.code if trim else "",
    }
    audit.record(actor=actor, action="vehicles.name_alias", obj=named, now=now, after=after)
    return named


def check_alias(*, spelling: str, model: CarModel, trim: Trim | None, alias: ModelAlias | None) -> None:
    """Refuse a spelling that stands for a model already, and a trim of another model."""
    taken = ModelAlias.objects.filter(key=rules.spelling_key(spelling)).first()
    if taken is not None and (alias is None or taken.pk != alias.pk):
        message = _("This spelling already stands for %(model)s.")
        text = message % {"model": taken.model}
        raise DomainError("alias_taken", message, fields={"spelling": text}, model=str(taken.model))
    if trim is not None and trim.model_id != model.pk:
        message = _("This trim belongs to another model.")
        raise DomainError("trim_of_other_model", message, fields={"trim": message})


def register_vehicles(*, given: str, now: datetime) -> int:
    """Make known every well-formed VIN of a temporary table with `vin` and `model_id`; answers how many."""
    return facts.execute(
        "INSERT INTO vehicles_vehicle (vin, model_id, first_seen_at) "
        f"SELECT DISTINCT ON (vin) vin, model_id, %s FROM {given} WHERE vin ~ %s "
        "ORDER BY vin, model_id NULLS LAST ON CONFLICT (vin) DO NOTHING",
        (now, f"^[A-HJ-NPR-Z0-9]{{{rules.LENGTH}}}$"),
    )


def open_custodies(*, given: str) -> int:
    """Begin a custody for each row of a table with `vehicle_id`, `dealer_id`, `valid_from`, `valid_to`.

    The data base refuses (custody_one_holder) a vehicle that another dealer has on one of the days.
    """
    return facts.execute(
        "INSERT INTO vehicles_custody (vehicle_id, dealer_id, valid_from, valid_to) "
        f"SELECT vehicle_id, dealer_id, valid_from, valid_to FROM {given} WHERE vehicle_id IS NOT NULL "
        "ON CONFLICT (vehicle_id, dealer_id, valid_from) DO UPDATE SET valid_to = excluded.valid_to"
    )


def settle_custodies(*, given: str) -> int:
    """Set the end of custodies to `valid_to` of a table (null opens them), by vehicle, dealer, start.

    Those that end earlier go first, so that a vehicle never has two holders on the way.
    """
    return sum(_settle(given, which) for which in ("<", ">"))


def _settle(given: str, which: str) -> int:
    return facts.execute(
        "UPDATE vehicles_custody AS c SET valid_to = g.valid_to "
        f"FROM {given} AS g WHERE c.vehicle_id = g.vehicle_id AND c.dealer_id = g.dealer_id "
        "AND c.valid_from = g.valid_from "
        f"AND coalesce(g.valid_to, 'infinity'::date) {which} coalesce(c.valid_to, 'infinity'::date)"
    )


def _code_of(name: str) -> str:
    key = rules.spelling_key(name)
    return key if len(key) <= 60 else f"{key[:47]}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
