from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import ConfirmPage, DetailPage, ListPage, ObjectFormPage
from apps.work.filters.activities import FindingFilter
from apps.work.forms.activities import AnswerForm
from apps.work.policies import activities as policies
from apps.work.queries import activities as queries
from apps.work.services import findings as services
from apps.work.tables import activities as tables


class FindingList(ListPage):
    action = policies.FINDINGS
    title = _("Findings of visits")
    query = queries.findings
    filterset = FindingFilter
    table = tables.FindingTable
    empty = _("No finding. What visits bring to light stands here until it is dealt with.")


class FindingDetail(DetailPage):
    action = policies.FINDINGS
    query = queries.findings
    template_name = "work/finding_detail.html"

    def head_buttons(self) -> list[dict[str, Any]]:
        if self.object.state == "closed" or not self.actor.may(policies.ANSWER):
            return super().head_buttons()
        answered = self.object.state == "answered"
        doing = [self._button(_("Give an answer"), "work:finding-answer", "send", primary=not answered)]
        if not self.actor.is_dealer:
            doing.append(self._button(_("Close it"), "work:finding-close", "check", primary=answered))
        return [*super().head_buttons(), *doing]

    def _button(self, label: Any, name: str, icon: str, *, primary: bool) -> dict[str, Any]:
        url = reverse(name, kwargs={"pk": self.object.pk})
        return {"label": label, "url": url, "icon": icon, "primary": primary}

    def context(self) -> dict[str, Any]:
        may_open = queries.activities(actor=self.actor).filter(pk=self.object.activity_id).exists()
        photos = queries.photos(actor=self.actor).filter(finding=self.object)
        return {
            "state": tables.finding_badge(self.object),
            "photos": tables.photo_urls(photos),
            "activity_url": reverse("work:activity-detail", kwargs={"pk": self.object.activity_id})
            if may_open
            else "",
        }


class AnswerFinding(ObjectFormPage):
    action = policies.ANSWER
    title = _("Give an answer")
    query = queries.findings
    form_class = AnswerForm
    submit_label = _("Give an answer")
    success = _("The finding is answered.")

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"

    def save(self, cleaned: dict[str, Any]) -> str:
        services.answer_finding(
            finding=self.object, answer=cleaned["answer"], actor=self.actor, now=timezone.now()
        )
        return reverse("work:finding-detail", kwargs={"pk": self.object.pk})


class CloseFinding(ConfirmPage):
    action = policies.ANSWER
    query = queries.findings
    question = _("Is this finding dealt with?")
    submit_label = _("Close it")
    success = _("The finding is closed.")

    def act(self) -> str:
        services.close_finding(finding=self.object, actor=self.actor, now=timezone.now())
        return reverse("work:finding-detail", kwargs={"pk": self.object.pk})
