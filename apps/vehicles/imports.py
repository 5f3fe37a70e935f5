"""How imports find the model a spelling stands for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.imports import lookups
from apps.vehicles import policies, queries, services

MODEL = "model"


def _resolve(spellings: Collection[str], actor: Actor) -> Mapping[str, int]:
    return queries.models_by_spelling(spellings, actor=actor)


def _choices(actor: Actor) -> Sequence[lookups.Choice]:
    rows = queries.models(actor=actor).order_by("series__brand__name", "name", "pk")
    return [lookups.Choice(car.code, f"{car.series.brand} {car}") for car in rows]


def _create(spellings: Collection[str], actor: Actor, now: datetime) -> Mapping[str, int]:
    return services.create_models(names=spellings, actor=actor, now=now)


lookups.register(
    MODEL,
    _resolve,
    label=_("model"),
    choices=_choices,
    create=_create,
    create_action=policies.MANAGE,
    create_label=_("Add the unknown models to the catalogue"),
)
