from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.alerts import policies, queries, services, tables
from apps.alerts.filters import EpisodeFilter
from apps.alerts.forms import AcknowledgeForm
from apps.core.kit.pages import Button, DetailPage, ListPage, ObjectFormPage


class EpisodeList(ListPage):
    action = policies.VIEW
    title = _("Alerts")
    query = queries.episodes
    filterset = EpisodeFilter
    table = tables.EpisodeTable
    empty = _("No alert. Alerts appear when a month is computed and a value lies beyond a limit.")


class EpisodeDetail(DetailPage):
    action = policies.VIEW
    query = queries.episodes
    template_name = "alerts/episode_detail.html"
    buttons = (Button(_("Acknowledge"), "alerts:episode-acknowledge", policies.ACKNOWLEDGE, "check", True),)

    def page_title(self) -> str:
        return f"{self.object.dealer} · {tables.rule_name(self.object.rule)}"

    def head_buttons(self) -> list[dict[str, Any]]:
        return [] if self.object.state == "closed" else super().head_buttons()

    def context(self) -> dict[str, Any]:
        return {
            "state": tables.state_badge(self.object),
            "readings": queries.readings(actor=self.actor, episode=self.object),
        }


class Acknowledge(ObjectFormPage):
    action = policies.ACKNOWLEDGE
    query = queries.episodes
    form_class = AcknowledgeForm
    submit_label = _("Acknowledge")
    success = _("The alert is acknowledged.")

    def page_title(self) -> str:
        return f"{_('Acknowledge')} · {self.object.dealer} · {tables.rule_name(self.object.rule)}"

    def save(self, cleaned: dict[str, Any]) -> str:
        services.acknowledge(episode=self.object, plan=cleaned["plan"], actor=self.actor, now=timezone.now())
        return reverse("alerts:episode-detail", kwargs={"pk": self.object.pk})
