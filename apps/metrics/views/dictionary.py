"""The KPI dictionary, one KPI with its trend, and what administrators configure of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu, period
from apps.core.kit.charts import Chart, Mark, Series, Tone
from apps.core.kit.pages import Button, FormPage, SimplePage, actor_of
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer, OrgUnit
from apps.kernel.kpi import Kpi
from apps.kernel.period import Month
from apps.metrics import policies, queries, services, tables
from apps.metrics.forms import OWN, CustomKpiForm, FeedSettingForm, KpiSettingForm
from apps.metrics.registry import registry
from apps.metrics.views.reading import ReadingPage


def entry(kpi: Kpi, labels: Mapping[str, str]) -> dict[str, Any]:
    """A KPI as the dictionary shows it."""
    other = kpi.label_en if queries.lang() == "zh" else kpi.label_zh
    return {
        "kpi": kpi,
        "label": queries.label(kpi),
        "other": other,
        "words": queries.words(kpi.formula, labels) if kpi.formula is not None else "",
        "better": tables.BETTER[kpi.better],
        "limits": tables.limits(kpi),
        "owner": tables.role(kpi.owner),
        "needs": queries.needs(kpi),
        "url": reverse("metrics:kpi-detail", args=[kpi.code]),
    }


def _matches(kpi: Kpi, asked: str) -> bool:
    known = (kpi.code, kpi.label_zh, kpi.label_en, kpi.source, *kpi.needs, *queries.needs(kpi))
    return all(any(part in text.lower() for text in known) for part in asked.lower().split())


class KpiList(SimplePage):
    action = policies.VIEW
    title = _("KPI dictionary")
    template_name = "metrics/kpi_list.html"
    buttons = (
        Button(_("Add a KPI"), "metrics:custom-new", policies.CONFIGURE, "plus", primary=True),
        Button(_("Due days of feeds"), "metrics:feed-settings", policies.CONFIGURE, "calendar-due"),
    )

    def context(self) -> dict[str, Any]:
        asked = self.request.GET.get("q", "").strip()
        which = self.request.GET.get("which", "")
        labels = queries.labels()
        found = [
            entry(kpi, labels)
            for kpi in queries.kpis(actor=self.actor, month=period.picked(self.request)).values()
            if _matches(kpi, asked) and which in ("", "with" if kpi.has_source else "without")
        ]
        areas: dict[str, list[dict[str, Any]]] = {}
        for each in found:
            areas.setdefault(each["kpi"].code.split(".")[0], []).append(each)
        order = [*tables.AREAS, *areas]
        named = [(tables.AREAS.get(code, code), areas[code]) for code in sorted(areas, key=order.index)]
        return {"areas": named, "count": len(found), "asked": asked, "which": which}


class KpiDetail(ReadingPage, SimplePage):
    template_name = "metrics/kpi_detail.html"

    @cached_property
    def month(self) -> Month:
        return period.picked(self.request)

    @cached_property
    def shown_dealer(self) -> Dealer | None:
        """The dealer whose trend is shown: the one asked for, or a dealer user's own."""
        rows = dealers.dealers(actor=self.actor)
        asked = self.request.GET.get("dealer", "")
        if asked:
            found = rows.filter(code=asked).first()
            if found is None:
                raise Http404
            return found
        return rows.order_by("code").first() if self.actor.is_dealer else None

    @cached_property
    def shown_unit(self) -> OrgUnit | None:
        """The unit whose trend is shown: the one asked for, or the top of the actor's reach."""
        asked = self.request.GET.get("unit", "")
        if not asked:
            return next(iter(queries.top_units(actor=self.actor)), None)
        found = queries.unit(actor=self.actor, code=asked)
        if found is None:
            raise Http404
        return found

    def page_title(self) -> str:
        return queries.label(self.kpi)

    def context(self) -> dict[str, Any]:
        subject = self.shown_unit if "unit" in self.request.GET else self.shown_dealer or self.shown_unit
        return super().context() | {
            "entry": entry(self.kpi, queries.labels()),
            "subject": subject,
            "chart": self._chart(subject) if self.kpi.has_source and subject is not None else None,
            "settings": list(queries.settings_of(self.kpi.code, actor=self.actor)),
            "custom": queries.custom_kpis(actor=self.actor).filter(code=self.kpi.code).first(),
            "may_configure": self.actor.may(policies.CONFIGURE),
            "ranking_url": menu.address(self.actor, "portal:ranking"),
        }

    def _chart(self, subject: Dealer | OrgUnit) -> Chart:
        asked: dict[str, Any] = {
            "actor": self.actor,
            "kpi": self.kpi,
            "last": self.month,
            "known_on": self.known_on,
        }
        if isinstance(subject, Dealer):
            points, name = queries.dealer_trend(dealer=subject, **asked), "metrics:explain"
        else:
            points, name = queries.unit_trend(unit=subject, **asked), "metrics:explain-unit"
        limit = self.kpi.threshold
        marks = (
            [
                Mark(value, tables.LIGHTS[tone], cast("Tone", tone))
                for value, tone in (
                    (limit.low_red, "red"),
                    (limit.low_amber, "amber"),
                    (limit.high_amber, "amber"),
                    (limit.high_red, "red"),
                )
                if value is not None
            ]
            if limit
            else []
        )
        return Chart(
            code="trend",
            shape="line",
            title=queries.label(self.kpi),
            labels=[str(month) for month, _value in points],
            series=[Series(str(subject), [value for _month, value in points])],
            unit=self.kpi.unit.value,
            places=self.kpi.decimals,
            marks=marks,
            links=[reverse(name, args=[self.kpi.code, subject.code, str(month)]) for month, _value in points],
        )


class KpiSettings(FormPage):
    action = policies.CONFIGURE
    form_class = KpiSettingForm
    success = _("Saved; it counts from that month on.")

    @cached_property
    def kpi(self) -> Kpi:
        """The KPI of the address, or 404."""
        found = queries.kpi(self.kwargs["code"], actor=self.actor, month=period.picked(self.request))
        if found is None:
            raise Http404
        return found

    def page_title(self) -> str:
        return str(_("Configure %(kpi)s") % {"kpi": queries.label(self.kpi)})

    def initial(self) -> dict[str, Any]:
        limit = self.kpi.threshold
        names = (*services.LIMITS, "inclusive")
        limits = {name: getattr(limit, name) for name in names} if limit is not None else {}
        return {"month": str(period.picked(self.request)), "owner": self.kpi.owner, "shown": True, **limits}

    def save(self, cleaned: dict[str, Any]) -> str:
        month = Month.of(cleaned.pop("month"))
        services.set_kpi(
            code=self.kpi.code, month=month, values=cleaned, actor=self.actor, now=timezone.now()
        )
        return reverse("metrics:kpi-detail", args=[self.kpi.code])


class CustomNew(FormPage):
    action = policies.CONFIGURE
    title = _("Add a KPI")
    template_name = "metrics/custom_form.html"
    form_class = CustomKpiForm
    success = _("Saved; the next run computes it.")

    def context(self) -> dict[str, Any]:
        return {"measures": sorted(registry.measures.values(), key=lambda measure: measure.code)}

    def initial(self) -> dict[str, Any]:
        return {"code": OWN}

    def save(self, cleaned: dict[str, Any]) -> str:
        code = cleaned.pop("code")
        services.save_custom_kpi(code=code, values=cleaned, actor=self.actor, now=timezone.now())
        return reverse("metrics:kpi-detail", args=[code])


class CustomEdit(CustomNew):
    title = _("Change a KPI")

    @cached_property
    def row(self) -> Any:
        """The custom KPI of the address, or 404."""
        found = queries.custom_kpis(actor=actor_of(self.request)).filter(code=self.kwargs["code"]).first()
        if found is None:
            raise Http404
        return found

    def initial(self) -> dict[str, Any]:
        names = ("code", "label_zh", "label_en", "formula", "unit", "better", "decimals", "active")
        return {name: getattr(self.row, name) for name in names}

    def form_options(self) -> dict[str, Any]:
        return {"fixed_code": True}

    def save(self, cleaned: dict[str, Any]) -> str:
        super().save(cleaned)
        return reverse("metrics:kpi-list")


class FeedSettings(FormPage):
    action = policies.CONFIGURE
    title = _("Due days of feeds")
    form_class = FeedSettingForm
    success = _("Saved; it counts from that month on.")

    def initial(self) -> dict[str, Any]:
        return {"month": str(period.picked(self.request))}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.set_feed(
            feed=cleaned["feed"],
            month=Month.of(cleaned["month"]),
            due_day=cleaned["due_day"],
            actor=self.actor,
            now=timezone.now(),
        )
        return reverse("metrics:feed-list")
