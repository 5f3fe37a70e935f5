"""The simulator of a policy, and the cliff meter: what each next car is worth."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.incentives import queries
from apps.incentives.forms import simulator
from apps.incentives.policies import documents as policies
from apps.incentives.queries import bunching, choices
from apps.incentives.rules import meter, words
from apps.incentives.tables import cliffs
from apps.incentives.tables import policies as tables
from apps.incentives.views.policies import PolicyPage

OVER = Decimal(10000)
TARGET = Decimal(100)


class PolicySimulate(PolicyPage):
    """What a policy pays for so many cars; for a dealer also where it stands today."""

    action = policies.VIEW_POLICIES
    template_name = "incentives/policy_simulate.html"

    def page_title(self) -> str:
        return str(_("Simulator: %(policy)s") % {"policy": self.object})

    def get(self, *args: Any, **kwargs: Any) -> Any:
        if queries.documents.readiness(self.object).problems:
            return self.show(incomplete=True)
        document, lang = self.object.read, tables.lang()
        names = choices.measure_names(lang)
        stores = (
            queries.standing.own(actor=self.actor, version=self.object, now=timezone.now())
            if self.actor.is_dealer and self.object.is_public
            else ()
        )
        own = [(each, each.clause.text(lang)) for each in stores]
        found = simulator.example(document, self.request.GET, lang, names, timezone.localdate())
        return self.show(own=own, articles=words.bulletin(document, lang, names), **found)


class PolicySteps(PolicyPage):
    """The cliff meter: the value of each next car, the steps over an amount, slices without steps."""

    action = policies.VIEW_DRAFTS
    template_name = "incentives/policy_steps.html"

    def page_title(self) -> str:
        return str(_("Steps of “%(policy)s”") % {"policy": self.object})

    def get(self, *args: Any, **kwargs: Any) -> Any:
        if queries.documents.readiness(self.object).problems:
            return self.show(incomplete=True)
        target, over = self.number("target", TARGET), self.number("over", OVER)
        price = self.number("price", Decimal(150000))
        lang = tables.lang()
        found = [
            cliffs.meter_of(self.object.read, each, target, over, price, lang)
            for each in self.object.read.components
        ]
        run = queries.documents.readiness(self.object).back_test
        bunched = bunching.of(run, self.object.read) if run else None
        chart = cliffs.bunching_chart(bunched) if bunched else None
        return self.show(
            target=target,
            over=over,
            price=price,
            meters=found,
            bunched=bunched,
            bunching=chart,
            most=meter.MOST_CARS,
        )

    def number(self, name: str, default: Decimal) -> Decimal:
        """A number asked for in the address, from 1 to what the meter takes."""
        try:
            value = Decimal(self.request.GET.get(name, "").replace(",", "") or default)
        except InvalidOperation:
            return default
        return value if value.is_finite() and 1 <= value <= 10**8 else default
