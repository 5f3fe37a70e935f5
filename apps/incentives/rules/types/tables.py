"""Values by model, with one for all others."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, decimal, declare
from apps.incentives.rules.given import ZERO, Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, no_value
from apps.kernel.missing import Missing
from apps.kernel.trace import Step


@dataclass(frozen=True)
class ModelValue:
    """The value for one model, or for all models of a model line."""

    model: str = declare("text", "车型或车系", "Model or model line", source="models", low=Decimal(1))
    value: Decimal = decimal("金额或比例", "Amount or rate", unit_by=("pay", paying.VALUE_UNITS))


def problems(models: Sequence[ModelValue], pay: str) -> list[tuple[str, Words]]:
    """Models listed twice, shares above 1."""
    found: list[tuple[str, Words]] = []
    seen: set[str] = set()
    for no, each in enumerate(models):
        if each.model in seen:
            found.append((f"models[{no}].model", Words("车型重复", "this model is listed twice")))
        if pay == "rate" and each.value > 1:
            found.append((f"models[{no}].value", Words("比例不能大于100%", "a share is not more than 100 %")))
        seen.add(each.model)
    return found


def pay(
    given: Given, models: Sequence[ModelValue], value: Decimal, pay: str, basis: str, *, rule: str
) -> Payment:
    """Every car at the value of its model, else of its model line, else of all."""
    if not models:
        return paying.pay_out(given, pay, basis, value, rule=rule)
    if pay == "rate" and isinstance(given.base(basis), Missing):
        return no_value("price_missing")
    values = {each.model: each.value for each in models}
    rates = [values.get(fact.model, values.get(fact.model_line, value)) for fact in given.facts]
    weights = paying.weights_of(given, pay, basis)
    shares = tuple([rate * weight for rate, weight in zip(rates, weights, strict=True)])
    amount = sum(shares, ZERO)
    amount = paying.asked(given, amount)
    steps = tuple(
        Step("Value of the model", {"Base": _sum(weights, rates, rate), "Value": rate}, None, rule)
        for rate in sorted(set(rates))
    )
    weight = "units" if pay == "per_unit" else basis
    return Payment(amount, steps=steps, weight=weight, shares=shares, base=sum(weights, ZERO))


def _sum(weights: Sequence[Decimal], rates: Sequence[Decimal], wanted: Decimal) -> Decimal:
    return sum((weight for weight, rate in zip(weights, rates, strict=True) if rate == wanted), ZERO)


def text(models: Sequence[ModelValue], value: Decimal, pay: str, basis: str, lang: str) -> str:
    """The values in words."""
    zh = lang.startswith("zh")
    parts = [f"{each.model} {paying.value_text(each.value, pay, lang)}" for each in models]
    rest = paying.value_text(value, pay, lang)
    tail = paying.of_base(pay, basis, lang)
    if not parts:
        return (f"按{rest}兑付" if zh else f"{rest} is paid") + tail
    listed = ("；" if zh else "; ").join(parts)
    return (f"{listed}；其他车型{rest}" if zh else f"{listed}; other models {rest}") + tail
