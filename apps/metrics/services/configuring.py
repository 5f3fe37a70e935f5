"""What administrators configure: KPIs of their own, limits of KPIs, due days of feeds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.kernel.formula import MESSAGES, FormulaError, check, evaluation_order
from apps.kernel.kpi import KpiError
from apps.kernel.period import Month
from apps.metrics.models import CustomKpi, FeedSetting, KpiRule, KpiSetting
from apps.metrics.queries import dictionary
from apps.metrics.registry import registry

LIMITS = ("low_red", "low_amber", "high_amber", "high_red")


@transaction.atomic
def save_custom_kpi(*, code: str, values: Mapping[str, Any], actor: Actor, now: datetime) -> CustomKpi:
    """Add a KPI over existing measures, or change it; a new formula is a new version from the next run on.

    `values`: label_zh, label_en, formula (text), unit, better, decimals, active. Errors name the field:
    `bad_formula` with the place in the text, `bad_kpi`, `code_taken` for a code of the product itself.
    """
    if code in registry.kpis or code in registry.measures:
        raise DomainError("code_taken", _("The product itself uses this code."), fields={"code": _("Taken.")})
    row = CustomKpi.objects.select_for_update().filter(code=code).first() or CustomKpi(code=code)
    before = audit.snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.formula = _checked(row)
    fresh = row.pk is None
    if fresh or row.formula != before["formula"]:
        row.version += 0 if fresh else 1
        KpiRule.objects.create(kpi=code, version=row.version, formula=row.formula, recorded_at=now)
    row.save()
    was, became = audit.difference(before, audit.snapshot(row))
    audit.record(actor=actor, action="metrics.save_custom_kpi", obj=row, now=now, before=was, after=became)
    return row


def _checked(row: CustomKpi) -> str:
    """The canonical text of the formula, known to be readable, free of circles and over real codes."""
    try:
        kpi = dictionary.as_kpi(row)
        assert kpi.formula is not None
        check(kpi.formula, dictionary.kinds())
        formulas = {
            code: known.formula for code, known in dictionary.computed_kpis().items() if known.formula
        }
        evaluation_order(formulas | {row.code: kpi.formula})
    except FormulaError as error:
        text = _(MESSAGES[error.code]) % error.params
        if error.position is not None:
            text = _("%(problem)s (at character %(place)s)") % {"problem": text, "place": error.position + 1}
        raise DomainError("bad_formula", text, fields={"formula": text}) from error
    except KpiError as error:
        raise DomainError("bad_kpi", _("This is not a KPI: %(error)s"), error=str(error)) from error
    return str(kpi.formula)


@transaction.atomic
def set_kpi(*, code: str, month: Month, values: Mapping[str, Any], actor: Actor, now: datetime) -> KpiSetting:
    """Configure a KPI's limits, owner and visibility from a month on; earlier months keep what held then.

    Error: `invalid_setting` for an unknown KPI or limits that do not rise.
    """
    row = KpiSetting.objects.filter(kpi=code, effective_from=month.first).first()
    row = row or KpiSetting(kpi=code, effective_from=month.first)
    _save(row, values, "metrics.set_kpi", actor, now)
    return row


@transaction.atomic
def set_feed(*, feed: str, month: Month, due_day: int, actor: Actor, now: datetime) -> FeedSetting:
    """Configure on which day (1–28) of the following month a feed is due, from a month on.

    Error: `invalid_setting` for an unknown feed or another day.
    """
    row = FeedSetting.objects.filter(feed=feed, effective_from=month.first).first()
    row = row or FeedSetting(feed=feed, effective_from=month.first)
    _save(row, {"due_day": due_day}, "metrics.set_feed", actor, now)
    return row


def _save(
    row: KpiSetting | FeedSetting, values: Mapping[str, Any], action: str, actor: Actor, now: datetime
) -> None:
    before = audit.snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        problems = {name: texts[0] for name, texts in error.message_dict.items() if name != "__all__"}
        raise DomainError("invalid_setting", " ".join(error.messages), fields=problems) from error
    row.save()
    was, became = audit.difference(before, audit.snapshot(row))
    audit.record(actor=actor, action=action, obj=row, now=now, before=was, after=became)
