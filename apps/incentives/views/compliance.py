"""The compliance page: what the guard finds in a version, with the article, and legal's signatures."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import ObjectFormPage
from apps.incentives import queries
from apps.incentives.forms.policies import SignForm
from apps.incentives.policies import documents as policies
from apps.incentives.services import publishing
from apps.incentives.tables import policies as tables
from apps.incentives.views.policies import PolicyPage


class PolicyCompliance(PolicyPage):
    """Findings, grave ones first."""

    action = policies.VIEW_DRAFTS
    template_name = "incentives/policy_compliance.html"

    def page_title(self) -> str:
        return str(_("Compliance of “%(policy)s”") % {"policy": self.object})

    def get(self, *args: Any, **kwargs: Any) -> Any:
        found, lang = queries.documents.readiness(self.object), tables.lang()
        judged = [
            {
                "row": each,
                "message": each.finding.message.text(lang),
                "article": each.finding.article.text(lang),
                "path": each.finding.path,
            }
            for each in found.judged
        ]
        hit = {each.finding.rule for each in found.judged}
        checked = [
            {"label": rule.label.text(lang), "article": rule.article.text(lang), "found": code in hit}
            for code, rule in queries.documents.rules_in_force().items()
        ]
        may_sign = self.actor.may(policies.WAIVE) and self.object.state in ("draft", "backtested")
        if found.problems:
            checked = []
        return self.show(readiness=found, judged=judged, checked=checked, may_sign=may_sign)


class FindingSign(PolicyPage, ObjectFormPage):
    """Legal signs for a red finding, with the reason."""

    action = policies.WAIVE
    form_class = SignForm
    submit_label = _("Sign")
    success = _("Signed. The finding no longer stops this document.")

    def page_title(self) -> str:
        return str(_("Sign for a finding in “%(policy)s”") % {"policy": self.object})

    def initial(self) -> dict[str, Any]:
        return {"finding": self.request.GET.get("finding", "")}

    def save(self, cleaned: dict[str, Any]) -> str:
        publishing.sign_finding(version=self.object, **cleaned, actor=self.actor, now=timezone.now())
        return self.url
