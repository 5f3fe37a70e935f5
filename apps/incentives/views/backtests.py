"""Back-tests: start one, watch its progress, read what it found, take it away as a workbook."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, DetailPage, ListPage, ObjectFormPage, ObjectPage
from apps.dealers.models.places import CITY_TIERS
from apps.incentives import queries
from apps.incentives.filters.policies import BackTestFilter
from apps.incentives.forms.policies import MonthsForm
from apps.incentives.policies import documents as policies
from apps.incentives.queries import results
from apps.incentives.rules import document as documents
from apps.incentives.services import backtesting
from apps.incentives.tables import life
from apps.incentives.tables import policies as tables
from apps.incentives.views.policies import PolicyPage
from apps.periods import queries as periods
from apps.periods.rules import MonthState


class BackTestStart(PolicyPage, ObjectFormPage):
    """Chooses the closed months and what the draft is compared with."""

    action = policies.DRAFT
    template_name = "incentives/back_test_start.html"
    form_class = MonthsForm
    submit_label = _("Run the back-test")

    def page_title(self) -> str:
        return str(_("Back-test of “%(policy)s”") % {"policy": self.object})

    @cached_property
    def closed(self) -> list[str]:
        """Closed months, the newest first."""
        states = periods.states().items()
        return [str(month) for month, state in sorted(states, reverse=True) if state == MonthState.CLOSED]

    def form_options(self) -> dict[str, Any]:
        rows = queries.documents.public_versions(actor=self.actor).order_by("policy__code", "-version")
        return {"months": self.closed, "versions": [(str(row.pk), str(row)) for row in rows]}

    def initial(self) -> dict[str, Any]:
        months = self.closed[:3]
        before = queries.documents.last_public(self.object.policy_id) or self.object.predecessor
        first, last = (months[-1], months[0]) if months else ("", "")
        return {"first": first, "last": last, "compared": str(before.pk) if before else ""}

    def save(self, cleaned: dict[str, Any]) -> str:
        first, last = self.shown.months()
        key = cleaned["compared"]
        rows = queries.documents.public_versions(actor=self.actor)
        run = backtesting.start_back_test(
            version=self.object,
            first=first,
            last=last,
            compared=rows.filter(pk=key).first() if key else None,
            actor=self.actor,
            now=timezone.now(),
        )
        return reverse("incentives:back-test", kwargs={"pk": run.pk})

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown: Any = super().form(data, files)
        return self.shown


class BackTestPage(DetailPage):
    """What a back-test found: cost against budget, winners and losers, tiers of cities."""

    action = policies.VIEW_DRAFTS
    query = queries.documents.back_tests
    template_name = "incentives/back_test.html"
    buttons = (
        Button(_("All dealers"), "incentives:back-test-rows", policies.VIEW_DRAFTS, "list", primary=True),
    )

    def page_title(self) -> str:
        return str(_("Back-test of “%(policy)s”") % {"policy": self.object.version})

    def head_buttons(self) -> list[dict[str, Any]]:
        """The dealers are listed when all terms are replayed."""
        found = super().head_buttons()
        rows = reverse("incentives:back-test-rows", kwargs={"pk": self.object.pk})
        return found if self.object.finished_at else [each for each in found if each["url"] != rows]

    def context(self) -> dict[str, Any]:
        run = self.object
        shown: dict[str, Any] = {
            "version_url": tables.detail_url(run.version),
            "outdated": run.sha256 != run.version.sha256,
            "subtitle": f"{run.first_month:%Y-%m} – {run.last_month:%Y-%m} · {run.sha256[:12]}",
        }
        if run.finished_at is None:
            return shown | {"failed": results.has_failed(run)}
        rows = queries.documents.back_test_rows(actor=self.actor).filter(run=run)
        document = documents.read(run.document)
        names = dict(CITY_TIERS)
        places = {tier: place for place, tier in enumerate(names)}
        tiers = sorted(results.by_tier(rows), key=lambda each: places.get(each.name, len(places)))
        winners, losers = results.extremes(rows)
        return shown | {
            "total": results.total(rows),
            "terms": results.by_term(rows, document.budget.amount),
            "budget": document.budget.amount,
            "tiers": [(names.get(each.name, _("Unknown")), each) for each in tiers],
            "winners": winners,
            "losers": losers,
            "rows_url": reverse("incentives:back-test-rows", kwargs={"pk": run.pk}),
        }


class BackTestProgress(ObjectPage):
    """How far a back-test is; asked again until it is finished."""

    action = policies.VIEW_DRAFTS
    query = queries.documents.back_tests
    template_name = "incentives/_back_test_progress.html"

    def get(self, *args: Any, **kwargs: Any) -> Any:
        answer = self.show(failed=results.has_failed(self.object))
        if self.object.finished_at is not None:
            answer.headers["HX-Refresh"] = "true"
        return answer


class BackTestRows(ListPage):
    action = policies.VIEW_DRAFTS
    filterset = BackTestFilter
    table = tables.BackTestTable
    empty = _("No dealer is in this part of the back-test.")

    @cached_property
    def run(self) -> Any:
        """The back-test, or 404."""
        return life.found(queries.documents.back_tests(actor=self.actor), self.kwargs["pk"])

    def page_title(self) -> str:
        return str(_("Back-test of “%(policy)s”: dealers") % {"policy": self.run.version})

    def rows(self) -> Any:
        return queries.documents.back_test_rows(actor=self.actor).filter(run=self.run)
