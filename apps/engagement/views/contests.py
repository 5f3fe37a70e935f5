from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, ConfirmPage, DetailPage, FormPage, ListPage
from apps.engagement import filters, forms, policies, queries, services, tables
from apps.engagement.rules import TOP, ContestState


class ContestList(ListPage):
    """Contests that run or ended."""

    action = policies.VIEW
    title = _("Contests")
    query = queries.contests
    filterset = filters.ContestFilter
    table = tables.ContestTable
    empty = _("No contest yet.")
    buttons = (Button(_("New contest"), "engagement:contest-create", policies.RUN_CONTESTS, "plus", True),)


class PlaceList(ListPage):
    """Places of all contests: the first ten, and those of one's own stores."""

    action = policies.VIEW
    title = _("Leader boards")
    query = queries.places
    filterset = filters.PlaceFilter
    table = tables.BoardTable
    empty = _("Nobody has a place yet. Places are counted every night.")


class ContestDetail(DetailPage):
    """The board of a contest: the first ten, and one's own place however far down."""

    action = policies.VIEW
    query = queries.contests
    template_name = "engagement/contest_detail.html"

    @property
    def buttons(self) -> tuple[Button, ...]:  # type: ignore[override]
        if self.object.state == ContestState.ENDED:
            return ()
        return (
            Button(_("Count now"), "engagement:contest-compute", policies.RUN_CONTESTS, "refresh"),
            Button(_("End and post the prizes"), "engagement:contest-end", policies.RUN_CONTESTS, "trophy"),
        )

    def context(self) -> dict[str, Any]:
        row = self.object
        top = queries.places(actor=self.actor).filter(contest=row, place__lte=TOP).order_by("place", "pk")
        return {
            "blocks": tables.facts_of_contest(row, queries.measure_label(row)),
            "top": tables.PlaceTable(list(top[: TOP * 3])),
            "own": queries.own_places(row, actor=self.actor),
            "competing": queries.competing_count(row),
            "all_url": f"{reverse('engagement:place-list')}?contest={row.code}",
        }


class ContestCreate(FormPage):
    action = policies.RUN_CONTESTS
    title = _("New contest")
    form_class = forms.ContestForm
    submit_label = _("Save")
    success = _("The contest is open.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown_form: Any = super().form(data, files)
        return self.shown_form

    def save(self, cleaned: dict[str, Any]) -> str:
        made = services.open_contest(plan=self.shown_form.plan(), actor=self.actor, now=timezone.now())
        return reverse("engagement:contest-detail", kwargs={"pk": made.pk})


class ContestCompute(ConfirmPage):
    action = policies.RUN_CONTESTS
    query = queries.contests
    question = _("All places are counted anew from what is known now.")
    submit_label = _("Count now")

    def act(self) -> str:
        services.compute(contest=self.object, now=timezone.now())
        return reverse("engagement:contest-detail", kwargs={"pk": self.object.pk})


class ContestEnd(ConfirmPage):
    action = policies.RUN_CONTESTS
    query = queries.contests
    question = _("The places are frozen and the prizes posted as points. This cannot be undone.")
    submit_label = _("End and post the prizes")
    success = _("The contest ended; the prizes are posted.")

    def act(self) -> str:
        services.end_contest(contest=self.object, actor=self.actor, now=timezone.now())
        return reverse("engagement:contest-detail", kwargs={"pk": self.object.pk})
