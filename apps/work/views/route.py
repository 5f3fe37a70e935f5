"""The day of somebody in the field on one page of the phone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import ObjectPage, SimplePage
from apps.work.policies import activities as policies
from apps.work.queries import activities
from apps.work.queries import route as queries
from apps.work.services import activities as services
from apps.work.tables import activities as tables

STEPS = {"up": -1, "down": 1}


class Route(SimplePage):
    """The stops of a day in order, each with what one should know before going in."""

    action = policies.RECORD
    title = _("My route")
    template_name = "work/route.html"

    def context(self) -> dict[str, Any]:
        day, now = _day(self.request.GET.get("day")), timezone.now()
        found = queries.route(actor=self.actor, day=day, now=now)
        return {
            "day": day,
            "today": timezone.localdate(),
            "before": day - timedelta(1),
            "after": day + timedelta(1),
            "route": found,
            "kilometres": round(found.metres / 1000, 1),
            "stops": [
                {
                    "stop": stop,
                    "kind": tables.kind_name(stop.activity),
                    "name": tables.subject_name(stop.activity),
                    "state": tables.state_badge(stop.activity),
                    "kilometres": None if stop.metres is None else round(stop.metres / 1000, 1),
                    "days_ago": (day - stop.last_on).days if stop.last_on else None,
                    "findings": stop.findings[: queries.SHOWN],
                }
                for stop in found.stops
            ],
        }


class MoveStop(ObjectPage):
    """One place up or down."""

    action = policies.RECORD
    query = activities.own_activities

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        places = STEPS.get(request.POST.get("to", ""))
        if places is None:
            raise Http404
        services.move_stop(activity=self.object, places=places, actor=self.actor, now=timezone.now())
        return redirect(f"{reverse('work:route')}?day={self.object.planned_on}#stop-{pk}")


def _day(text: str | None) -> date:
    """A day of an address; nonsense is today."""
    try:
        day = parse_date(text) if text else None
    except ValueError:
        day = None
    return day if day and 2000 <= day.year <= 2100 else timezone.localdate()
