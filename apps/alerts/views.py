from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.alerts import policies, queries, services, tables
from apps.alerts.filters import EpisodeFilter
from apps.alerts.forms import AcknowledgeForm, PlanForm, SettleForm
from apps.alerts.rules import Outcome
from apps.core.kit.pages import Button, ConfirmPage, DetailPage, ListPage, ObjectFormPage, SimplePage


class EpisodeList(ListPage):
    action = policies.VIEW
    title = _("Alerts")
    query = queries.episodes
    filterset = EpisodeFilter
    table = tables.EpisodeTable
    empty = _(
        "No alert. Alerts appear when a value lies beyond a limit: today's stock is read every half hour."
    )
    buttons = (Button(_("Precision of the alerts"), "alerts:precision", policies.VIEW, "target-arrow"),)


class EpisodeDetail(DetailPage):
    action = policies.VIEW
    query = queries.episodes
    template_name = "alerts/episode_detail.html"
    buttons = (
        Button(_("Acknowledge"), "alerts:episode-acknowledge", policies.ACKNOWLEDGE, "check", True),
        Button(_("Plan a measure"), "alerts:episode-plan", policies.ACKNOWLEDGE, "list-check"),
        Button(_("Close the alert"), "alerts:episode-settle", policies.ACKNOWLEDGE, "circle-x"),
    )

    def page_title(self) -> str:
        return f"{self.object.place} · {tables.rule_name(self.object.rule)}"

    def head_buttons(self) -> list[dict[str, Any]]:
        return [] if self.object.state == "closed" else super().head_buttons()

    def context(self) -> dict[str, Any]:
        readings = list(queries.readings(actor=self.actor, episode=self.object))
        return {
            "state": tables.state_badge(self.object),
            "limit": tables.limit_of(self.object),
            "value": tables.value_of(self.object, self.object.last_value),
            "readings": [(each, tables.value_of(self.object, each.value)) for each in reversed(readings)],
            "history": tables.history(self.object, readings),
            "chart": tables.chart(self.object, readings),
            "actions": queries.actions(actor=self.actor, episode=self.object),
            "may_act": self.actor.may(policies.ACKNOWLEDGE),
        }


class Acknowledge(ObjectFormPage):
    action = policies.ACKNOWLEDGE
    query = queries.episodes
    form_class = AcknowledgeForm
    submit_label = _("Acknowledge")
    success = _("The alert is acknowledged.")

    def page_title(self) -> str:
        return f"{_('Acknowledge')} · {self.object.place} · {tables.rule_name(self.object.rule)}"

    def save(self, cleaned: dict[str, Any]) -> str:
        services.acknowledge(episode=self.object, plan=cleaned["plan"], actor=self.actor, now=timezone.now())
        return reverse("alerts:episode-detail", kwargs={"pk": self.object.pk})


class PlanMeasure(ObjectFormPage):
    action = policies.ACKNOWLEDGE
    query = queries.episodes
    form_class = PlanForm
    submit_label = _("Plan the measure")
    success = _("The measure is planned.")

    def page_title(self) -> str:
        return f"{_('Plan a measure')} · {self.object.place}"

    def save(self, cleaned: dict[str, Any]) -> str:
        services.plan(episode=self.object, **cleaned, actor=self.actor, now=timezone.now())
        return reverse("alerts:episode-detail", kwargs={"pk": self.object.pk})


class FinishMeasure(ConfirmPage):
    action = policies.ACKNOWLEDGE
    query = queries.all_actions
    question = _("Is this measure done?")
    submit_label = _("Done")
    success = _("The measure is done.")

    def page_title(self) -> str:
        return f"{_('Measure done')} · {self.object}"

    def act(self) -> str:
        services.finish(action=self.object, actor=self.actor, now=timezone.now())
        return reverse("alerts:episode-detail", kwargs={"pk": self.object.episode_id})


class Settle(ObjectFormPage):
    action = policies.ACKNOWLEDGE
    query = queries.episodes
    form_class = SettleForm
    submit_label = _("Close the alert")
    success = _("The alert is closed.")

    def page_title(self) -> str:
        return f"{_('Close the alert')} · {self.object.place}"

    def save(self, cleaned: dict[str, Any]) -> str:
        services.settle(
            episode=self.object,
            outcome=Outcome(cleaned["outcome"]),
            note=cleaned["note"],
            actor=self.actor,
            now=timezone.now(),
        )
        return reverse("alerts:episode-detail", kwargs={"pk": self.object.pk})


class PrecisionPage(SimplePage):
    """Which alerts led to action in the last days."""

    action = policies.VIEW
    title = _("Precision of the alerts")
    template_name = "alerts/precision.html"
    spans = (30, 90, 365)

    @property
    def days(self) -> int:
        """How many days back alerts are counted."""
        asked = self.request.GET.get("days", "")
        return int(asked) if asked in {str(span) for span in self.spans} else self.spans[1]

    def context(self) -> dict[str, Any]:
        until = timezone.localdate()
        since = until - timedelta(days=self.days)
        rows = queries.precision(actor=self.actor, since=since, until=until)
        return {"days": self.days, "spans": self.spans, "table": tables.PrecisionTable(rows), "rows": rows}
