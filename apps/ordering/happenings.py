"""What happens with ten-day orders that others have to act on, and the duties it proves."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.ordering.models import OrderPlan
from apps.reports import proofs
from apps.reports.occasions import occasion
from apps.reports.services import events

CONFIRMED = occasion("ordering.confirmed", _("Ten-day order confirmed"), trigger="旬订单确认")
# A step counts for the ten days its rule names, also when a holiday moved it out of them: where the steps
# come before the first day covered in the same ten days, that day stands for them.
_PLANS = """
SELECT step.kind, NULL::bigint, plan.dealer_id, 'dealer', '', 'dealer:' || plan.dealer_id,
       CASE WHEN moved.near THEN plan.starts_on ELSE step.day END, step.at
  FROM ordering_orderplan AS plan CROSS JOIN LATERAL (VALUES
       ('ordering.reported', plan.report_on, plan.reported_at),
       ('ordering.submitted', plan.submit_on, plan.submitted_at),
       ('ordering.paid', plan.money_on, CASE WHEN NOT EXISTS (
            SELECT FROM ordering_orderline AS line
             WHERE line.plan_id = plan.id AND line.state IN ('open', 'blocked')) THEN plan.submitted_at END)
       ) AS step (kind, day, at)
  LEFT JOIN LATERAL (
       SELECT terms.shift <> 'none' AND terms.submit_digit < terms.money_digit AS near
         FROM ordering_orderterms AS terms WHERE terms.effective_from <= plan.submit_on
        ORDER BY terms.effective_from DESC LIMIT 1) AS moved ON true
 WHERE step.at IS NOT NULL
"""
proofs.source("ordering.plans", _PLANS)
proofs.proof(
    "ordering.reported", _("Ten-day orders of all dealers reported"), "ordering.reported", each_dealer=True
)
proofs.proof(
    "ordering.submitted", _("Ten-day orders of all dealers submitted"), "ordering.submitted", each_dealer=True
)
proofs.proof("ordering.paid", _("Money of all ten-day orders in place"), "ordering.paid", each_dealer=True)


def confirmed(plan: OrderPlan, *, actor: Actor, now: datetime) -> None:
    """Who looks after the dealer follows money and shipment of the order (A1-10)."""
    key = f"ordering.plan:{plan.pk}"
    events.start(
        event=CONFIRMED, key=key, at=now, actor=actor, now=now, dealer_id=plan.dealer_id, note=str(plan)
    )
