"""Requests to correct a fact that headquarters delivered."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, DetailPage, FormPage, ListPage, ObjectFormPage
from apps.work import policies, queries, registry, services
from apps.work.filters.notices import CorrectionFilter
from apps.work.forms.work import AnswerForm, CorrectionForm
from apps.work.tables import work as tables
from apps.work.views.remarks import page_of


class CorrectionList(ListPage):
    """The correction requests of one's dealers."""

    action = policies.VIEW
    title = _("Correction requests")
    query = queries.corrections
    filterset = CorrectionFilter
    table = tables.CorrectionTable
    empty = _("No request. A dealer asks for a correction on the page of the fact that is wrong.")


class CorrectionDetail(DetailPage):
    """One request: what is wrong, what is right, the proof, and what was answered."""

    action = policies.VIEW
    query = queries.corrections
    template_name = "work/correction_detail.html"
    buttons = (Button(_("Reply"), "work:correction-answer", policies.ANSWER, "check", primary=True),)

    def head_buttons(self) -> list[dict[str, Any]]:
        found = super().head_buttons()
        if self.object.state == "accepted":
            return found
        return [each for each in found if not each["primary"]]

    def context(self) -> dict[str, Any]:
        return {"state": tables.correction_badge(self.object)}


class CorrectionAsk(FormPage):
    """Asks for the correction of a fact."""

    action = policies.CORRECT
    title = _("Ask for a correction")
    form_class = CorrectionForm
    submit_label = _("Send")
    success = _("Your request is sent. You are told when it is answered.")

    @cached_property
    def target(self) -> Any:
        """The fact, or 404."""
        found = queries.record(actor=self.actor, label=self.kwargs["model"], key=self.kwargs["pk"])
        if found is None or not registry.is_correctable(self.kwargs["model"]):
            raise Http404
        return found

    def context(self) -> dict[str, Any]:
        return {"subtitle": str(self.target)}

    def save(self, cleaned: dict[str, Any]) -> str:
        fault = services.Fault(cleaned["wrong"], cleaned["right"], self.given.attached())
        row = services.ask_correction(
            target=self.target, fault=fault, url=cleaned["page"], actor=self.actor, now=timezone.now()
        )
        return reverse("work:correction-detail", kwargs={"pk": row.pk})

    def initial(self) -> dict[str, Any]:
        return {"page": page_of(self.request)}

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.given: CorrectionForm = super().form(data, files)  # type: ignore[assignment]
        assert self.target is not None
        return self.given


class CorrectionAnswer(ObjectFormPage):
    """Says what was corrected."""

    action = policies.ANSWER
    query = queries.corrections
    form_class = AnswerForm
    submit_label = _("Reply")
    success = _("The dealer is told.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.answer_correction(
            correction=self.object, answer=cleaned["answer"], actor=self.actor, now=timezone.now()
        )
        return reverse("work:correction-detail", kwargs={"pk": self.object.pk})
