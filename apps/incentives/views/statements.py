"""Statements: the list, one statement, its cars, and confirming it."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, ConfirmPage, DetailPage, ListPage, ObjectPage, Page
from apps.incentives import policies, services
from apps.incentives.filters import statements as filters
from apps.incentives.queries import awards, outside
from apps.incentives.queries import statements as queries
from apps.incentives.rules.settling import OPEN, is_disputable
from apps.incentives.tables import explaining
from apps.incentives.tables import statements as tables
from apps.incentives.tables.awards import AwardTable
from apps.incentives.views import papers

MOST_CARS = 20


class StatementList(ListPage):
    action = policies.VIEW
    title = _("Rebate statements")
    query = queries.statements
    filterset = filters.StatementFilter
    table = tables.StatementTable
    empty = _("No statement yet. They appear here when a policy is settled.")


class AwardList(ListPage):
    """Convention awards, issued by statements and confirmed there by the stores."""

    action = policies.VIEW
    title = _("Convention awards")
    query = awards.awards
    filterset = filters.StatementFilter
    table = AwardTable
    empty = _("No award yet. They are issued when a policy with convention awards is settled and published.")


class StatementDetail(DetailPage):
    """One statement: what it comes to, what would come in, clauses with their arithmetic, its course."""

    action = policies.VIEW
    query = queries.statements
    template_name = "incentives/statement_detail.html"
    buttons = (
        Button(_("Confirm"), "incentives:statement-confirm", policies.CONFIRM, "check", True),
        Button(_("Dispute"), "incentives:statement-dispute", policies.DISPUTE, "message-2-exclamation"),
    )

    def head_buttons(self) -> list[dict[str, Any]]:
        row, hidden = self.object, set()
        if row.state not in OPEN or row.confirmed_at:
            hidden.add("/confirm/")
        if not is_disputable(row.state, row.dispute_until, timezone.localdate()):
            hidden.add("/dispute/")
        return [each for each in super().head_buttons() if not any(part in each["url"] for part in hidden)]

    def context(self) -> dict[str, Any]:
        row = self.object
        return {
            "subtitle": f"{row.dealer.code} {row.dealer}",
            "badge": tables.statement_badge(row),
            "window": tables.window_text(row),
            "version": tables.version_text(row),
            "clauses": explaining.clauses(row),
            "outside": tables.outside(row),
            "open_lines": tables.CarTable(
                queries.cars(actor=self.actor, statement=row)
                .exclude(status="included")
                .order_by("vin", "pk")[:20]
            ),
            "steps": explaining.course(row, timezone.localdate()),
            "disputes": [
                (each, tables.dispute_badge(each))
                for each in queries.disputes(actor=self.actor).filter(statement=row)
            ],
            "pdf": papers.available(),
        }


class _OfStatement(ListPage):
    """A list of cars of a statement, with the full set as a workbook."""

    action = policies.VIEW
    empty = _("No car. The filter may be too narrow.")

    @cached_property
    def statement(self) -> Any:
        """The statement whose cars are shown, or 404."""
        found = queries.statements(actor=self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found


class CarList(_OfStatement):
    """The cars of a statement that have a line; it leads to those that have none."""

    template_name = "incentives/statement_cars.html"

    filterset = filters.CarFilter
    table = tables.CarTable

    def page_title(self) -> str:
        return f"{self.statement.dealer.code} · {self.statement} · {_('Cars')}"

    def context(self) -> dict[str, Any]:
        return {"statement": self.statement, "outside": tables.outside(self.statement)}

    def rows(self) -> Any:
        return queries.cars(actor=self.actor, statement=self.statement)


class OutsideList(_OfStatement):
    """The cars of a statement that lie outside the policy, as known when it was calculated."""

    template_name = "incentives/statement_outside.html"
    filterset = filters.OutsideFilter
    table = tables.OutsideTable

    def page_title(self) -> str:
        return f"{self.statement.dealer.code} · {self.statement} · {_('Outside the policy')}"

    @cached_property
    def until(self) -> date | None:
        """The day until which the actor may dispute cars of the statement, None when it may not."""
        row = self.statement
        allowed = policies.statement.can(self.actor, policies.DISPUTE, row)
        return (
            row.dispute_until
            if allowed and is_disputable(row.state, row.dispute_until, timezone.localdate())
            else None
        )

    def context(self) -> dict[str, Any]:
        return {"statement": self.statement, "until": self.until}

    def rows(self) -> Any:
        rows = outside.listed(actor=self.actor, statement=self.statement, disputable=self.until is not None)
        return rows.select_related("model")


class Car(ObjectPage):
    """One car of a statement: the clause, the facts, who recorded them, and what followed."""

    action = policies.VIEW
    query = queries.statements
    template_name = "incentives/car.html"

    @cached_property
    def line(self) -> Any:
        """The line, or 404."""
        rows = queries.cars(actor=self.actor, statement=self.object).select_related("statement__version")
        found = rows.filter(pk=self.kwargs["line"]).first()
        if found is None:
            raise Http404
        return found

    def page_title(self) -> str:
        return self.line.vin or str(self.object)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(line=self.line)

    def context(self) -> dict[str, Any]:
        line = self.line
        return {
            "subtitle": f"{self.object.dealer.code} · {self.object}",
            "badge": tables.line_badge(line),
            "why": tables.why(line),
            "advice": tables.advice(line),
            "clause": explaining.clause_of(line),
            "sale": queries.sale_of(line, actor=self.actor),
            "papers": queries.papers_of(line, actor=self.actor) if line.vin else (),
            "others": tables.CarTable(queries.later_settlements(line, actor=self.actor)),
            "version": tables.version_text(self.object),
        }


class StatementConfirm(ConfirmPage):
    action = policies.CONFIRM
    query = queries.statements
    question = _("Do you agree to the cars paid for and their amounts? Disputed cars stay disputed.")
    submit_label = _("Confirm the statement")
    success = _("The statement is confirmed.")

    def act(self) -> str:
        services.confirm(statement=self.object, actor=self.actor, now=timezone.now())
        return reverse("incentives:statement-detail", kwargs={"pk": self.object.pk})


class _Paper(ObjectPage):
    """A statement as a file; that it was taken is kept."""

    action = policies.VIEW
    query = queries.statements

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.answer(
            queries.cars(actor=self.actor, statement=self.object).order_by("status", "vin", "pk")
        )

    def answer(self, rows: Any) -> HttpResponse:
        """The file."""
        raise NotImplementedError


class StatementExcel(_Paper):
    def answer(self, rows: Any) -> HttpResponse:
        return papers.workbook(self.object, rows, actor=self.actor, now=timezone.now())


class StatementPdf(_Paper):
    def answer(self, rows: Any) -> HttpResponse:
        if not papers.available():
            raise Http404
        return papers.pdf(self.object, rows, actor=self.actor, now=timezone.now())


class Promises(Page):
    """How old unpaid money is, which promises were broken, and how long payment takes."""

    action = policies.VIEW
    title = _("Payment promises")
    template_name = "incentives/promises.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        today = timezone.localdate()
        found = queries.promises(actor=self.actor, on=today)
        return self.show(
            promises=found,
            breached=tables.BriefTable(found.breached[:50]),
            due_soon=tables.BriefTable(found.due_soon[:50]),
            today=today,
        )
