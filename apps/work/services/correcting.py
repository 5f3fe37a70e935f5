"""A dealer asks for the correction of a fact; headquarters decides, corrects, and says what was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import access, audit, files, news
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.work import policies, registry
from apps.work.declared import CORRECT, CORRECTED
from apps.work.models import Correction
from apps.work.registry import Step
from apps.work.rules.states import CorrectionState
from apps.work.services import approving, notifying, todos
from apps.work.services.remarking import ATTACHABLE, Attachment


@dataclass(frozen=True)
class Fault:
    """What is wrong with a fact, what is right, and the proof."""

    wrong: str
    right: str
    attached: Attachment | None = None


@transaction.atomic
def ask_correction(*, target: Model, fault: Fault, url: str, actor: Actor, now: datetime) -> Correction:
    """Ask headquarters to correct a fact of one's own dealer. Errors: `not_correctable`, `asked_already`."""
    assert actor.user_id is not None
    owners = access.policy_of(type(target)).owners(target)
    own = sorted(owners.dealers & actor.scope.dealer_ids)
    if not registry.is_correctable(target._meta.label_lower) or not own:
        raise DomainError("not_correctable", _("A correction of this cannot be asked for here."))
    label = target._meta.label_lower
    same = Correction.objects.filter(target_label=label, target_id=target.pk, dealer=own[0])
    if same.filter(state__in=(CorrectionState.ASKED, CorrectionState.ACCEPTED)).exists():
        raise DomainError("asked_already", _("A correction of this was asked for already."))
    stored = None
    if fault.attached is not None:
        stored = files.receive(
            content=fault.attached.content,
            name=fault.attached.name,
            allowed=ATTACHABLE,
            actor=actor,
            now=now,
            dealer_id=own[0],
            evidence=True,
        )
    row = Correction.objects.create(
        dealer_id=own[0],
        target_label=label,
        target_id=target.pk,
        target_text=str(target)[:200],
        url=url,
        wrong=fault.wrong,
        right=fault.right,
        file=stored,
        asked_by_id=actor.user_id,
        asked_label=actor.label,
        asked_at=now,
    )
    after = {"about": row.target_text, "wrong": fault.wrong, "right": fault.right}
    audit.record(actor=actor, action="work.ask_correction", obj=row, now=now, after=after)
    ask = approving.Ask(
        flow=FLOW,
        target=row,
        dealer_id=row.dealer_id,
        summary=_("Correct %(about)s: %(wrong)s") % {"about": row.target_text, "wrong": fault.wrong[:120]},
        url=reverse("work:correction-detail", kwargs={"pk": row.pk}),
    )
    approving.ask_approval(ask=ask, asked_by=actor, now=now)
    news.tell(news.CORRECTION, correction=row, actor=actor, now=now)
    return row


@transaction.atomic
def answer_correction(*, correction: Correction, answer: str, actor: Actor, now: datetime) -> Correction:
    """Say what was corrected; the dealer is told and the to-do is done. DomainError `not_accepted`."""
    row = Correction.objects.select_for_update(of=("self",)).get(pk=correction.pk)
    if not policies.correction.can(actor, policies.ANSWER, row):
        raise DomainError("forbidden", _("Your role does not include this action."))
    if row.state != CorrectionState.ACCEPTED:
        raise DomainError("not_accepted", _("Only an accepted request is answered."))
    _end(row, CorrectionState.CORRECTED, answer, actor, now)
    todos.close_todo(key=f"work.correction:{row.pk}", now=now, by=actor.label)
    notifying.notify(
        notice=CORRECTED,
        recipients=[row.asked_by_id],
        key=f"work.correction:{row.pk}:corrected",
        now=now,
        params={"about": row.target_text, "answer": answer[:200]},
        url=reverse("work:correction-detail", kwargs={"pk": row.pk}),
        dealer_id=row.dealer_id,
    )
    return row


def _accepted(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    row = Correction.objects.get(pk=target_id)
    _end(row, CorrectionState.ACCEPTED, "", actor, now)
    wanted = todos.Wanted(
        key=f"work.correction:{row.pk}",
        params={"about": row.target_text, "wrong": row.wrong[:200]},
        url=reverse("work:correction-detail", kwargs={"pk": row.pk}),
        role=Role.HQ_OPERATIONS,
        dealer_id=row.dealer_id,
    )
    todos.open_todo(code=CORRECT, todo=wanted, now=now, opened_by=row.asked_label)


def _returned(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    _end(Correction.objects.get(pk=target_id), CorrectionState.RETURNED, comment, actor, now)


def _rejected(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    _end(Correction.objects.get(pk=target_id), CorrectionState.REJECTED, comment, actor, now)


def _end(row: Correction, state: CorrectionState, answer: str, actor: Actor, now: datetime) -> None:
    before = {"state": row.state}
    row.state, row.answer = state, answer
    row.answered_by, row.answered_at = actor.label, now
    row.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    after = {"state": state, "answer": answer}
    audit.record(actor=actor, action="work.end_correction", obj=row, now=now, before=before, after=after)


FLOW = registry.flow(
    "work.correction",
    gettext_lazy("Correction of a fact"),
    [Step(level=Role.HQ_OPERATIONS, action=policies.ANSWER, within_workdays=5)],
    on_approved=_accepted,
    on_returned=_returned,
    on_rejected=_rejected,
    on_withdrawn=_returned,
)
