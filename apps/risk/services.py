"""One person proposes what to hold of a reported sale, a second one decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import audit, files, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.models import StoredFile
from apps.core.roles import Role
from apps.risk import policies
from apps.risk.models import RetailDecision
from apps.risk.rules import DecisionState, RetailVerdict
from apps.sales.models import RetailDelivery
from apps.work import registry
from apps.work import services as work

FILES = ("pdf", "jpeg", "png", "webp")
NO_DELIVERY = gettext_lazy("This delivery does not exist.")


@dataclass(frozen=True)
class Finding:
    """What somebody holds of a sale: the verdict, its grounds, and a file that shows it."""

    verdict: str
    reason: str
    file_name: str = ""
    file_content: bytes = b""


@transaction.atomic
def propose_decision(
    *, delivery: RetailDelivery, finding: Finding, actor: Actor, now: datetime
) -> RetailDecision:
    """Propose a verdict about a reported sale; a second person decides it.

    Errors: `not_a_sale` for returns and counter-entries, `asked_already` while another one waits.
    """
    jobs.lock(f"risk.decision:{delivery.pk}")
    if not policies.decision.can(actor, policies.PROPOSE, RetailDecision(dealer_id=delivery.dealer_id)):
        raise DomainError("forbidden", _("Your role does not include this action."))
    if delivery.quantity < 0 or delivery.is_counter:
        raise DomainError("not_a_sale", _("Only a reported sale is decided about."))
    if RetailDecision.objects.filter(delivery=delivery, state=DecisionState.PROPOSED).exists():
        raise DomainError("asked_already", _("A decision about this sale waits already."))
    row = RetailDecision.objects.create(
        dealer_id=delivery.dealer_id,
        delivery=delivery,
        verdict=RetailVerdict(finding.verdict),
        reason=finding.reason,
        file=_stored(finding, actor, now),
        proposed_by=actor.label,
        proposed_by_id=actor.user_id,
        proposed_at=now,
    )
    after = {"vin": delivery.vin, "verdict": row.verdict, "reason": row.reason}
    audit.record(actor=actor, action=policies.PROPOSE, obj=row, now=now, after=after)
    ask = work.Ask(
        flow=FLOW,
        target=row,
        dealer_id=row.dealer_id,
        summary=str(row),
        url=reverse("risk:decision-detail", kwargs={"pk": row.pk}),
    )
    work.ask_approval(ask=ask, asked_by=actor, now=now)
    return row


def _stored(finding: Finding, actor: Actor, now: datetime) -> StoredFile | None:
    if not finding.file_name:
        return None
    return files.receive(  # of nobody but headquarters: the dealer must not read what is held against it yet
        content=finding.file_content,
        name=finding.file_name,
        allowed=FILES,
        actor=actor,
        now=now,
        evidence=True,
    )


def _decided(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    _end(target_id, DecisionState.DECIDED, comment, actor, now)


def _turned_down(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    _end(target_id, DecisionState.TURNED_DOWN, comment, actor, now)


def _end(pk: int, state: DecisionState, answer: str, actor: Actor, now: datetime) -> None:
    row = RetailDecision.objects.select_for_update(of=("self",)).get(pk=pk)
    row.state, row.answer, row.decided_by, row.decided_at = state, answer, actor.label, now
    row.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    audit.record(
        actor=actor,
        action=policies.DECIDE,
        obj=row,
        now=now,
        before={"state": DecisionState.PROPOSED},
        after={"state": state, "verdict": row.verdict, "answer": answer},
    )


FLOW = registry.flow(
    "risk.retail_decision",
    gettext_lazy("Decision about a sale"),
    [registry.Step(level=Role.HQ_AUDIT, action=policies.DECIDE, within_workdays=5)],
    on_approved=_decided,
    on_returned=_turned_down,
    on_rejected=_turned_down,
    on_withdrawn=_turned_down,
)
