"""What a dealer says it needs next month, beside our forecast. Source: GS-10, GS-11, Q004-69."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 -- the usual name of a mark

from apps.core.roles import Role
from apps.forecasting.queries import forecasts
from apps.forecasting.rules import demand
from apps.kernel.period import Month
from apps.reports.registry import (
    Check,
    Content,
    Context,
    Field,
    Filed,
    Finding,
    Kind,
    Level,
    Owner,
    PeriodKind,
    ReportForm,
    Section,
    Sign,
    Subject,
    declare,
)
from apps.reports.rules.declaration import Value
from apps.vehicles.models import CarModel

MOST_MODELS = 60
WHY = N_("%(units)s is not our forecast of %(forecast)s. Say why in the note beside it.")
UNKNOWN_MODEL = N_("There is no model with the code %(model)s.")
TWICE = N_("The model %(model)s stands here twice.")
FORECAST_OF = N_("Our forecast for %(model)s is %(forecast)s.")


def _given(subject: Subject) -> Mapping[str, Value]:
    """The units we expect the dealer to sell of all models; nothing without a forecast."""
    expected = _expected(subject)
    total = demand.proposed(sum(expected.values(), Decimal(0))) if expected else None
    return {} if total is None else {"expected": total}


def _rows(subject: Subject) -> Mapping[str, Sequence[Mapping[str, Value]]]:
    """The models we expect the dealer to sell with our forecast, the largest first; their demand is open."""
    units = {model: demand.proposed(value) or 0 for model, value in _expected(subject).items()}
    known = sorted((model for model in units if units[model]), key=lambda model: (-units[model], model))
    return {"models": [{"model": model, "model_expected": units[model]} for model in known[:MOST_MODELS]]}


def _context(subject: Subject) -> Mapping[str, Any]:
    """The forecast by code of the model, and the codes there are."""
    return {"forecast": _expected(subject), "codes": set(CarModel.objects.values_list("code", flat=True))}


def _expected(subject: Subject) -> dict[str, Decimal]:
    month = subject.period
    if subject.dealer_id is None or not isinstance(month, Month):
        return {}
    found = forecasts.next_month([subject.dealer_id], month=month)
    codes = dict(CarModel.objects.filter(pk__in=[model for _, model in found]).values_list("pk", "code"))
    return {codes[model]: one.value for (_, model), one in found.items()}


def _rules(content: Content, context: Context) -> Iterator[Finding]:
    """Another number than the forecast is explained; models are known and named once."""
    forecast: Mapping[str, Decimal] = context.extra.get("forecast", {})
    units, expected = content.values.get("units"), content.values.get("expected")
    if isinstance(units, int) and isinstance(expected, int):
        asked = demand.needs_reason(units, Decimal(expected)) and not content.notes.get("units")
        told: dict[str, Any] = {"units": units, "forecast": expected}
        yield from [Finding("why", Level.EXPLAIN, "units", WHY, told)] if asked else []
    seen: set[str] = set()
    for place, row in enumerate(content.tables.get("models", ()), 1):
        model = str(row.get("model", "")).strip()
        told = {"model": model}
        if model and model not in context.extra.get("codes", set()):
            yield Finding("unknown_model", Level.ERROR, "models.model", UNKNOWN_MODEL, told, row=place)
        elif model in seen:
            yield Finding("twice", Level.ERROR, "models.model", TWICE, told, row=place)
        elif model in forecast and row.get("model_expected") != demand.proposed(forecast[model]):
            told["forecast"] = str(demand.proposed(forecast[model]))
            yield Finding("forecast", Level.INFO, "models.model_units", FORECAST_OF, told, row=place)
        seen.add(model)


DEMAND = declare(
    ReportForm(
        "forecasting.demand",
        _("Demand of the month to come"),
        Owner.DEALER,
        PeriodKind.MONTH,
        frozenset({Role.DEALER_GENERAL, Role.DEALER_SALES}),
        (
            Section(
                "demand",
                _("What we need"),
                (
                    Field(
                        "expected", _("Our forecast for you"), Kind.INTEGER, _("units"), sign=Sign.POSITIVE
                    ),
                    Field("units", _("Demand of all models"), Kind.INTEGER, _("units"), True, Sign.POSITIVE),
                    Field(
                        "gap",
                        _("Demand against the forecast"),
                        Kind.INTEGER,
                        _("units"),
                        formula="units - expected",
                    ),
                ),
            ),
            Section(
                "models",
                _("Of which models"),
                (
                    Field("model", _("Model code"), Kind.TEXT, required=True, longest=40),
                    Field("model_expected", _("Our forecast"), Kind.INTEGER, _("units"), sign=Sign.POSITIVE),
                    Field("model_units", _("Demand"), Kind.INTEGER, _("units"), sign=Sign.POSITIVE),
                ),
                rows=MOST_MODELS,
            ),
        ),
        checks=(
            Check(
                "models_add_up",
                "models.model_units",
                "units",
                N_("The models add up to %(left)s, the demand is %(right)s."),
            ),
        ),
        rules=(_rules,),
        change=Decimal("0.1"),
        minutes=10,
        reviewer=Role.ACCOUNT_MANAGER,
        given=_given,
        rows=_rows,
        context=_context,
        filed=Filed.AHEAD,
        duties=("GS-10",),
        help=_(
            "Due by the last day of the month before; agents are added up under their distribution centre. "
            "Our forecast stands beside each model as a suggestion; what you need is yours to say, and a "
            "model left empty is not asked for."
        ),
    )
)
