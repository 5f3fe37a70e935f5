"""A small network with a policy, cars and the people who settle, made anew; every step by its service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from apps.accounts import queries as accounts
from apps.core.access import Actor, system
from apps.core.roles import Role
from apps.dealers.models import Dealer
from apps.incentives import services
from apps.incentives.models import PaymentBatch, Policy, SettlementRun, Statement
from apps.incentives.rules.facts import Window
from apps.incentives.rules.settling import RunKind
from apps.sales import services as sales
from apps.work import services as work
from apps.work.models import Approval
from proofs.settling.terms import ZONE
from tests.factories import network as factory
from tests.sales.rows import row

SYSTEM = system("proof")


def at(month: int, day: int, hour: int = 10) -> datetime:
    """A moment of 2026."""
    return datetime(2026, month, day, hour, tzinfo=ZONE)


@dataclass
class Stage:
    """Two dealers, and actors by name: `policy` calculates, `fin` and `fin_2` release, `gm_…` are dealers."""

    dealers: tuple[Dealer, Dealer]
    actors: Mapping[str, Actor]

    def sell(self, dealer: Dealer, cars: Iterable[tuple[str, date]], now: datetime, **given: Any) -> None:
        """Cars are reported by key and day of sale; those with a known key again, and otherwise."""
        rows = [
            row(key, dealer.pk, **{"occurred_on": day, "invoiced_on": day, "plated_on": day, **given})
            for key, day in cars
        ]
        sales.record_deliveries(rows=rows, source="proof", actor=SYSTEM, now=now)

    def calculate(self, policy: Policy, window: Window, now: datetime) -> SettlementRun:
        """Settle a term."""
        actor = self.actors["policy"]
        return services.calculate(policy=policy, window=window, kind=RunKind.FINAL, actor=actor, now=now)

    def hand_in(self, run: SettlementRun, now: datetime) -> None:
        """Ask for the release of a run."""
        services.ask_release(run=run, actor=self.actors["policy"], now=now)

    def release(self, run: SettlementRun, now: datetime) -> None:
        """Release it, as a second person."""
        self._approve("incentives.release", run.pk, "fin", now)

    def make_payable(self, now: datetime) -> int:
        """Everything that is agreed becomes payable."""
        agreed = Statement.objects.filter(state__in=["confirmed", "disputed"], confirmed_at__isnull=False)
        keys = list(agreed.values_list("pk", flat=True))
        return services.make_payable(statements=keys, actor=self.actors["fin"], now=now)

    def gather(self, now: datetime) -> PaymentBatch:
        """A batch of everything payable into wallets."""
        actor = self.actors["fin"]
        return services.build_batch(form="wallet", minimum_amount=Decimal(0), actor=actor, now=now)

    def submit(self, batch: PaymentBatch, now: datetime) -> None:
        """Ask for the release of a batch."""
        services.submit_batch(batch=batch, actor=self.actors["fin"], now=now)

    def pay(self, batch: PaymentBatch, now: datetime) -> None:
        """Release it, as a second person: what goes into wallets is paid at once."""
        self._approve("incentives.payments", batch.pk, "fin_2", now)

    def _approve(self, flow: str, target: int, who: str, now: datetime) -> None:
        asked = Approval.objects.get(flow=flow, target_id=target, state="waiting")
        work.decide(approval=asked, verdict="approve", comment="", actor=self.actors[who], now=now)


def build() -> Stage:
    """Make network and people."""
    network = factory.build()
    users = {
        "policy": factory.persona("policy", Role.HQ_POLICY, unit=network.hq),
        "fin": factory.persona("fin", Role.HQ_FINANCE, unit=network.hq),
        "fin_2": factory.persona("fin_2", Role.HQ_FINANCE, unit=network.hq),
        "gm_1": factory.persona("gm_1", Role.DEALER_GENERAL, dealer=network.d1),
        "gm_2": factory.persona("gm_2", Role.DEALER_GENERAL, dealer=network.d4),
    }
    actors = {name: accounts.actor_for(user, on=date(2026, 7, 1)) for name, user in users.items()}
    return Stage((network.d1, network.d4), actors)
