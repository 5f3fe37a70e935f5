"""Values of a month: the ranking of dealers, the explanation of any number, the facts beneath."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.kit import formats, menu
from apps.core.kit.pages import ListPage, SimplePage
from apps.dealers.models import OrgUnit
from apps.metrics import policies, queries, tables
from apps.metrics.queries.explaining import Explanation, Input
from apps.metrics.registry import Measure, registry
from apps.metrics.views.reading import ReadingPage


class Explain(ReadingPage, SimplePage):
    template_name = "metrics/explain.html"

    @cached_property
    def explanation(self) -> Explanation | None:
        """What is known about the number; None when it was never computed."""
        return queries.explain(
            actor=self.actor, kpi=self.kpi, dealer=self.dealer, month=self.month, reading=self.reading
        )

    def page_title(self) -> str:
        return queries.label(self.kpi)

    def context(self) -> dict[str, Any]:
        found = self.explanation
        value = found.row.value if found else None
        place = queries.places(self.kpi, self.reading).get(self.dealer.pk)
        return super().context() | {
            "kpi": self.kpi,
            "subject": self.dealer,
            "explanation": found,
            "value": tables.shown(self.kpi, value),
            "light": tables.light(self.kpi, value),
            "limits": tables.limits(self.kpi),
            "place": place,
            "inputs": [self._input(each) for each in found.inputs] if found else [],
            "again": tables.shown(self.kpi, found.again) if found else "",
            "detail_url": reverse("metrics:kpi-detail", args=[self.kpi.code]) + f"?dealer={self.dealer.code}",
            "owner": tables.role(self.kpi.owner),
        }

    def _input(self, each: Input) -> dict[str, Any]:
        args = [each.code, self.dealer.code, str(each.month)]
        return {
            "input": each,
            "value": formats.figure(each.value, each.unit),
            "url": reverse("metrics:explain" if each.is_kpi else "metrics:facts", args=args),
            "mend": self._mend(each),
        }

    def _mend(self, each: Input) -> tuple[str, Any] | None:
        """Where the missing input is mended, and what the link says."""
        if each.gap is None:
            return None
        if each.gap.mend == "feed":
            url = reverse("metrics:feed-list") + f"?period={each.month}&search={self.dealer.code}"
            return url, _("See what has come")
        if each.gap.mend == "kpi":
            return reverse("metrics:explain", args=[each.code, self.dealer.code, str(each.month)]), _(
                "Explain"
            )
        if each.gap.mend == "facts":
            return reverse("metrics:facts", args=[each.code, self.dealer.code, str(each.month)]), _(
                "See the facts"
            )
        return None


class ExplainUnit(ReadingPage, SimplePage):
    template_name = "metrics/explain_unit.html"

    @cached_property
    def unit(self) -> OrgUnit:
        """The unit of the address, or 404 outside the actor's reach."""
        found = queries.unit(actor=self.actor, code=self.kwargs["unit"])
        if found is None:
            raise Http404
        return found

    def page_title(self) -> str:
        return queries.label(self.kpi)

    def context(self) -> dict[str, Any]:
        row = queries.unit_row(actor=self.actor, kpi=self.kpi, unit=self.unit, reading=self.reading)
        asked = {"kpi": self.kpi.code, "period": str(self.month), "unit": self.unit.pk}
        value = row.value if row else None
        ranking = menu.address(self.actor, "portal:ranking")
        return super().context() | {
            "kpi": self.kpi,
            "subject": self.unit,
            "row": row,
            "value": tables.shown(self.kpi, value),
            "mean": tables.shown(self.kpi, row.mean if row else None),
            "light": tables.light(self.kpi, value),
            "limits": tables.limits(self.kpi),
            "words": queries.words(self.kpi.formula) if self.kpi.formula is not None else "",
            "dealers_url": ranking and f"{ranking}?{urlencode(asked)}",
            "detail_url": reverse("metrics:kpi-detail", args=[self.kpi.code]) + f"?unit={self.unit.code}",
        }


class Facts(ReadingPage, ListPage):
    action = policies.VIEW
    template_name = "metrics/facts.html"
    empty = _("There are no facts of this month.")

    @cached_property
    def measure(self) -> Measure:
        """The measure of the address, or 404."""
        found = registry.measures.get(self.kwargs["code"])
        if found is None:
            raise Http404
        return found

    def page_title(self) -> str:
        return f"{self.measure.label} · {self.dealer} · {self.month}"

    @cached_property
    def found(self) -> QuerySet[Any]:
        """The facts, as far as they were known when the reading was made."""
        rows = queries.facts(actor=self.actor, measure=self.measure, dealer=self.dealer, month=self.month)
        return rows if self.reading is None else queries.facts_known_at(rows, self.reading)

    def rows(self) -> QuerySet[Any]:
        return self.found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.table = tables.facts_table(self.measure, self.found.query.order_by or ("pk",))
        return super().get(request, *args, **kwargs)

    def context(self) -> dict[str, Any]:
        stored = queries.measure_value(
            actor=self.actor, measure=self.measure, dealer=self.dealer, month=self.month, reading=self.reading
        )
        total = self.found.aggregate(total=self.measure.aggregate)["total"]
        unit = self.measure.unit.value
        return super().context() | {
            "measure": self.measure,
            "dealer": self.dealer,
            "total": formats.figure(total if total is not None or stored is None else 0, unit),
            "stored": formats.figure(stored, unit),
            "differs": self.reading is not None and (total or 0) != (stored or 0),
        }
