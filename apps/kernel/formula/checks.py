"""Checks of formulas against the registries: known codes, summable kinds, no circles; reasons in words."""

from collections.abc import Mapping
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from apps.kernel.formula import wording
from apps.kernel.formula.errors import FormulaError
from apps.kernel.formula.expressions import Expression
from apps.kernel.formula.parser import parse
from apps.kernel.formula.windows import SUMS


class Kind(StrEnum):
    """Whether months of a measure may be summed (flow), are states (stock) or are already relative (rate)."""

    FLOW = "flow"
    STOCK = "stock"
    RATE = "rate"


def check(expr: Expression, kinds: Mapping[str, Kind]) -> None:
    """Raise FormulaError for a code without a kind and for a stock or rate that is summed over months.

    ``kinds`` covers measures and, as rates, the KPIs a formula may refer to.
    """
    for reference in expr.references:
        kind = kinds.get(reference.code)
        if kind is None:
            raise FormulaError("unknown_code", found=reference.code)
        kind = Kind.RATE if reference.is_kpi else kind
        if kind is not Kind.FLOW and any(window.kind in SUMS for window in reference.windows):
            raise FormulaError("not_summable", found=reference.code, kind=kind)


def evaluation_order(formulas: Mapping[str, Expression]) -> tuple[str, ...]:
    """KPI codes, each after the KPIs it reads in the same month; a circle raises FormulaError."""
    needs = {
        code: sorted(_same_month(formula) & formulas.keys()) for code, formula in sorted(formulas.items())
    }
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise FormulaError("cycle", found=", ".join(error.args[1])) from error


def _same_month(formula: Expression) -> set[str]:
    kpis = set(formula.kpi_codes)
    return {ref.code for ref in formula.refs() if ref.code in kpis and ref.offset_months == 0}


def reason_text(reason: str, labels: wording.Labels, lang: wording.Language) -> str:
    """A reason code of an outcome in words, measures by their labels; a foreign code stands for itself."""
    kind, _, subject = reason.partition(":")
    zh = lang == "zh"
    if kind == "zero_denominator":
        words = parse(subject).text(labels, lang)
        return f"分母为零：{words}" if zh else f"the denominator is zero: {words}"
    if kind == "missing":
        code, _, offset = subject.partition("@")
        label = parse(code).text(labels, lang)
        if not offset:
            return f"缺少：{label}" if zh else f"missing: {label}"
        months = offset.removeprefix("-")
        earlier = "1 month earlier" if months == "1" else f"{months} months earlier"
        return f"缺少：{label}（{months}个月前）" if zh else f"missing: {label} ({earlier})"
    return reason
