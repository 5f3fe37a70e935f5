"""What waits for my decision, what I asked for, and one approval with everything that was decided."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.kit.pages import ConfirmPage, DetailPage, ObjectFormPage, SimplePage
from apps.work import policies, queries, services
from apps.work.forms.work import DecisionForm
from apps.work.models import Approval
from apps.work.queries import panel
from apps.work.tables import work as tables

SHOWN = 20


class MyApprovals(SimplePage):
    """What waits for one's decision, what one asked for, and what one decided."""

    action = policies.VIEW
    title = _("My approvals")
    template_name = "work/approvals.html"

    def context(self) -> dict[str, Any]:
        actor, on = self.actor, timezone.localdate()
        return {
            "waiting": queries.waiting_for(actor=actor, on=on, now=timezone.now()),
            "asked": queries.asked_by_me(actor=actor)[:SHOWN],
            "decided": queries.decided_by_me(actor=actor)[:SHOWN],
        }


class OneApproval:
    """Finds the approval as oneself or as a stand-in; else 404."""

    actor: Actor
    kwargs: dict[str, Any]

    @cached_property
    def object(self) -> Approval:
        """The approval; 404 for who sees it neither itself nor as a stand-in."""
        seen = queries.approval_for(actor=self.actor, key=self.kwargs["pk"], on=timezone.localdate())
        if seen is None:
            raise Http404
        return seen


class ApprovalDetail(OneApproval, DetailPage):
    """One approval: what is asked, where it stands, who decided what."""

    action = policies.VIEW
    template_name = "work/approval_detail.html"

    def page_title(self) -> str:
        return str(self.object.summary or self.object)

    def context(self) -> dict[str, Any]:
        return {
            "panel": panel.panel(self.object, actor=self.actor, now=timezone.now()),
            "state": tables.approval_badge(self.object),
        }


class Decide(OneApproval, ObjectFormPage):
    """Approves, returns or rejects."""

    action = policies.VIEW
    title = _("Decide")
    form_class = DecisionForm
    submit_label = _("Decide")
    success = _("Your decision is recorded.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.decide(approval=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        if self.request.POST.get("back") and self.object.url:
            return str(self.object.url)
        return reverse("work:approval-list")


class Withdraw(OneApproval, ConfirmPage):
    """Takes back what one asked for."""

    action = policies.VIEW
    title = _("Take the request back")
    question = _("Take this request back?")
    success = _("The request is taken back.")

    def act(self) -> str:
        services.take_back(approval=self.object, actor=self.actor, now=timezone.now())
        return reverse("work:approval-list")
