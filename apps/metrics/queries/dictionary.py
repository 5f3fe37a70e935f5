"""The KPI dictionary: what the code declares and what administrators added, with the settings of a month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import get_language, gettext

from apps.core.access import Actor
from apps.core.roles import EVERYONE, Role
from apps.kernel.formula import Expression, Kind, Language, evaluation_order, parse
from apps.kernel.kpi import Better, Kpi, Unit
from apps.kernel.period import Month
from apps.metrics import policies
from apps.metrics.models import CustomKpi, KpiRule, KpiSetting
from apps.metrics.registry import registry


def computed_kpis() -> dict[str, Kpi]:
    """Every KPI that has a formula, each after the KPIs it reads; what a close computes."""
    known = {code: kpi for code, kpi in _declared().items() if kpi.formula is not None}
    formulas = {code: kpi.formula for code, kpi in known.items() if kpi.formula is not None}
    return {code: known[code] for code in evaluation_order(formulas)}


def kinds() -> dict[str, Kind]:
    """The kind of every measure and KPI, custom ones included."""
    return dict.fromkeys(_declared(), Kind.RATE) | registry.kinds()


def kpis(*, actor: Actor, month: Month) -> dict[str, Kpi]:
    """The KPIs the actor may see, with the limits and owners configured for a month."""
    if not actor.may(policies.VIEW):
        return {}
    settings = _settings(month.first)
    found = {}
    for code, kpi in _declared().items():
        setting = settings.get(code)
        if _is_for(kpi, actor) and (setting is None or setting.shown):
            found[code] = kpi if setting is None else _configured(kpi, setting)
    return found


def kpi(code: str, *, actor: Actor, month: Month) -> Kpi | None:
    """One KPI of the dictionary; None when there is none or it is not for the actor."""
    return kpis(actor=actor, month=month).get(code)


def label(kpi: Kpi) -> str:
    """The name of a KPI in the language of the page."""
    return kpi.label_zh if lang() == "zh" else kpi.label_en


def needs(kpi: Kpi) -> list[str]:
    """The inputs a KPI waits for, in the language of the page."""
    return [gettext(need) for need in kpi.needs]


def lang() -> Language:
    """`zh` or `en`: the language of the page, as the formula language names it."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def labels(known: Mapping[str, Kpi] | None = None) -> dict[str, str]:
    """The names of all measures and KPIs in the language of the page; a measure wins where codes agree.

    `known` KPIs spare reading those of administrators again.
    """
    return {code: label(kpi) for code, kpi in (known or _declared()).items()} | {
        code: str(measure.label) for code, measure in registry.measures.items()
    }


def words(formula: Expression, named: Mapping[str, str] | None = None) -> str:
    """A formula in words, in the language of the page; `named` spares reading the labels again."""
    return formula.text(labels() if named is None else named, lang())


def rule(code: str, version: int) -> Expression | None:
    """The formula a KPI had in a version; None when that version was never used."""
    row = KpiRule.objects.filter(kpi=code, version=version).first()
    return parse(row.formula) if row is not None else None


def described(codes: Iterable[str]) -> dict[str, Kpi]:
    """The KPIs of these codes, also those that were switched off since; unknown codes are left out."""
    wanted = set(codes)
    found = {code: registry.kpis[code] for code in wanted if code in registry.kpis}
    if missing := wanted - set(found):
        found |= {row.code: as_kpi(row) for row in CustomKpi.objects.filter(code__in=missing)}
    return found


def custom_kpis(*, actor: Actor) -> QuerySet[CustomKpi]:
    """The KPIs administrators added."""
    return policies.custom.visible_to(actor, CustomKpi.objects.all())


def settings_of(code: str, *, actor: Actor) -> QuerySet[KpiSetting]:
    """What was configured of a KPI, newest first."""
    rows = KpiSetting.objects.filter(kpi=code).order_by("-effective_from")
    return policies.setting.visible_to(actor, rows)


def as_kpi(row: CustomKpi) -> Kpi:
    """A custom KPI as the rules read it; FormulaError or KpiError when it contradicts itself."""
    return Kpi(
        code=row.code,
        label_en=row.label_en,
        label_zh=row.label_zh,
        formula=parse(row.formula),
        unit=Unit(row.unit),
        better=Better(row.better),
        decimals=row.decimals,
        audience=frozenset(str(role) for role in EVERYONE),
        owner=Role.HQ_ADMIN,
        version=row.version,
    )


def _declared() -> dict[str, Kpi]:
    found = dict(registry.kpis)
    for row in CustomKpi.objects.filter(active=True).order_by("code"):
        found.setdefault(row.code, as_kpi(row))
    return found


def _settings(on: date) -> dict[str, KpiSetting]:
    rows = KpiSetting.objects.filter(effective_from__lte=on).order_by("effective_from")
    return {row.kpi: row for row in rows}


def _configured(kpi: Kpi, setting: KpiSetting) -> Kpi:
    return replace(kpi, threshold=setting.threshold or kpi.threshold, owner=setting.owner or kpi.owner)


def _is_for(kpi: Kpi, actor: Actor) -> bool:
    return "system" in actor.roles or bool(kpi.audience & actor.roles)
