"""What a policy may refer to by code: cars, dealers' classes, places, measures; with people's names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.dealers.models.dealers import STORE_TYPES
from apps.dealers.models.places import CITY_TIERS
from apps.incentives.rules.declared import fields_of
from apps.incentives.rules.document import EvidenceNeed
from apps.incentives.rules.types import TYPES
from apps.incentives.rules.words import OWN_MEASURES
from apps.metrics.registry import registry
from apps.sales.models import CHANNELS, CUSTOMER_TYPES
from apps.vehicles.models import CarModel, Series, Trim

Pairs = list[tuple[str, str]]


def choices(*, actor: Actor, lang: str) -> dict[str, Sequence[tuple[str, str]]]:
    """By the source a declared field names: (code, name in the reader's language)."""
    found: Mapping[str, Callable[[], Pairs]] = {
        "types": lambda: [(each.code, each.label.text(lang)) for each in TYPES.values()],
        "evidence": lambda: _evidence(lang),
        "measures": lambda: sorted(measure_names(lang).items(), key=lambda pair: pair[1]),
        "model_lines": lambda: list(Series.objects.order_by("name").values_list("code", "name")),
        "models": lambda: list(CarModel.objects.order_by("name").values_list("code", "name")),
        "trims": lambda: list(Trim.objects.order_by("name").values_list("name", "name").distinct()),
        "channels": lambda: [(str(code), str(label)) for code, label in CHANNELS],
        "customer_types": lambda: [(str(code), str(label)) for code, label in CUSTOMER_TYPES],
        "dealer_classes": lambda: [(str(code), str(label)) for code, label in STORE_TYPES],
        "city_tiers": lambda: [(str(code), str(label)) for code, label in CITY_TIERS],
        "regions": lambda: _units(actor, "region"),
        "provinces": lambda: list(
            dealers.divisions(actor=actor, level=1).order_by("code").values_list("code", "name")
        ),
    }
    return {source: read() for source, read in found.items()}


def _evidence(lang: str) -> Pairs:
    declared = dict(fields_of(EvidenceNeed))["kind"]
    return [(each.code, each.label.text(lang)) for each in declared.choices]


def _units(actor: Actor, kind: str) -> Pairs:
    return list(dealers.units(actor=actor).filter(kind=kind).order_by("code").values_list("code", "name"))


def measure_names(lang: str) -> dict[str, str]:
    """People's names of the measures and KPIs a condition may read, by code."""
    found = {code: words.text(lang) for code, words in OWN_MEASURES.items()}
    found |= {code: str(measure.label) for code, measure in registry.measures.items()}
    found |= {
        code: kpi.label_zh if lang.startswith("zh") else kpi.label_en
        for code, kpi in registry.kpis.items()
        if kpi.formula is not None
    }
    return found
