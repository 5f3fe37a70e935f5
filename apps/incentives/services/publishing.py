"""From a finished draft to a policy in force: signatures, countersigning, publication, receipts, the end."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.dealers.models import OrgUnit
from apps.incentives import queries
from apps.incentives.models import ComplianceWaiver, PolicyReceipt, PolicyVersion
from apps.incentives.policies import documents as policies
from apps.incentives.queries import candidates
from apps.incentives.rules.facts import DealerFacts, Window
from apps.incentives.rules.lifecycle import VersionState
from apps.incentives.services import drafting, standing
from apps.kernel.period import Month
from apps.metrics import membership
from apps.work import queries as work_queries
from apps.work import registry
from apps.work import services as work

READERS = (Role.DEALER_GENERAL, Role.DEALER_FINANCE)
READ_WITHIN_DAYS = 5
CONFIRM = registry.todo(
    "incentives.read_policy",
    _("New commercial policy"),
    _("Read and confirm the policy “%(policy)s”, in force from %(from)s"),
    icon="file-certificate",
)
PUBLISHED = registry.notice(
    "incentives.policy_published",
    _("A commercial policy for my store"),
    _("The policy “%(policy)s” was published; it holds from %(from)s."),
    icon="file-certificate",
)


@transaction.atomic
def sign_finding(
    *, version: PolicyVersion, finding: str, reason: str, actor: Actor, now: datetime
) -> ComplianceWaiver:
    """Legal's signature under a red finding, with the reason; it holds for this very document.

    Errors: `forbidden`, `reason_needed`, `not_found`, `frozen`.
    """
    drafting.allow(actor, policies.WAIVE)
    row = PolicyVersion.objects.select_for_update().get(pk=version.pk)
    if len(reason.strip()) < 5:
        raise DomainError(
            "reason_needed", _("Say why."), fields={"reason": _("Needed: it stands in the file.")}
        )
    if row.state not in (VersionState.DRAFT, VersionState.TESTED):
        raise DomainError("frozen", _("This version can no longer be changed. Make a new version instead."))
    if finding not in {each.finding.key for each in queries.documents.readiness(row).red}:
        raise DomainError("not_found", _("There is no such finding in the document as it is now."))
    waiver = ComplianceWaiver.objects.create(
        version=row,
        sha256=row.sha256,
        finding=finding,
        reason=reason.strip(),
        signed_by_id=actor.user_id,
        signed_label=actor.label[:150],
        signed_at=now,
    )
    after = {"finding": finding, "reason": waiver.reason}
    audit.record(actor=actor, action="incentives.sign_finding", obj=row, now=now, after=after)
    standing.update(row, actor=actor, now=now)
    return waiver


@transaction.atomic
def submit(*, version: PolicyVersion, actor: Actor, now: datetime) -> PolicyVersion:
    """Send a draft to countersigning: policy, finance, legal, each another person than its author.

    Errors: `forbidden`, `not_author`, `not_ready`, and those of `work.ask_approval`.
    """
    drafting.allow(actor, policies.DRAFT)
    row = PolicyVersion.objects.select_for_update().select_related("policy").get(pk=version.pk)
    if actor.user_id != row.author_id:
        raise DomainError("not_author", _("Only who drafted this version sends it to countersigning."))
    if row.state != VersionState.COMPLIANT or not queries.documents.readiness(row).ready:
        raise DomainError("not_ready", _("Back-test and compliance check of this very document come first."))
    standing.move(row, VersionState.APPROVING, "incentives.submit_policy", actor=actor, now=now)
    ask = work.Ask(
        flow=FLOW,
        target=row,
        unit_id=OrgUnit.objects.get(kind="hq").pk,
        summary=str(row),
        url=reverse("incentives:policy-detail", kwargs={"pk": row.pk}),
    )
    work.ask_approval(ask=ask, asked_by=actor, now=now)
    return row


@transaction.atomic
def recall(*, version: PolicyVersion, actor: Actor, now: datetime) -> PolicyVersion:
    """Take a version in or after countersigning back into drafting. Errors: `forbidden`, `frozen`."""
    drafting.allow(actor, policies.DRAFT)
    row = PolicyVersion.objects.select_for_update().get(pk=version.pk)
    if row.state not in (VersionState.APPROVING, VersionState.APPROVED):
        raise DomainError("frozen", _("Only a version in countersigning can be taken back."))
    waiting = queries.documents.waiting_approval(row, actor=actor)
    if waiting is not None:
        work.withdraw_approval(approval=waiting, actor=actor, now=now)
    _back(row, actor, now)
    return row


def _back(row: PolicyVersion, actor: Actor, now: datetime) -> None:
    standing.move(row, VersionState.DRAFT, "incentives.recall_policy", actor=actor, now=now)
    standing.update(row, actor=actor, now=now)


def _countersigned(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    row = PolicyVersion.objects.select_for_update().get(pk=target_id)
    if row.state == VersionState.APPROVING:
        standing.move(row, VersionState.APPROVED, "incentives.countersign_policy", actor=actor, now=now)


def _turned_down(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    row = PolicyVersion.objects.select_for_update().get(pk=target_id)
    if row.state == VersionState.APPROVING:
        _back(row, actor, now)


FLOW = registry.flow(
    "incentives.policy",
    _("Commercial policy"),
    [
        registry.Step(level=Role.HQ_POLICY, action=policies.APPROVE, within_workdays=2),
        registry.Step(level=Role.HQ_FINANCE, action=policies.APPROVE, within_workdays=2),
        registry.Step(level=Role.HQ_LEGAL, action=policies.APPROVE, within_workdays=3),
    ],
    on_approved=_countersigned,
    on_returned=_turned_down,
    on_rejected=_turned_down,
    on_withdrawn=_turned_down,
)


@transaction.atomic
def publish(*, version: PolicyVersion, effective_from: date, actor: Actor, now: datetime) -> PolicyVersion:
    """Publish a countersigned version from a day on: freeze it, end the one before, tell the dealers.

    Errors: `forbidden`, `not_countersigned`, `not_announced`, `before_last`, `not_ready`.
    """
    drafting.allow(actor, policies.PUBLISH)
    row = PolicyVersion.objects.select_for_update().select_related("policy").get(pk=version.pk)
    if row.state != VersionState.APPROVED:
        raise DomainError("not_countersigned", _("This version is not countersigned yet."))
    if not queries.documents.readiness(row).ready:
        raise DomainError("not_ready", _("Back-test and compliance check of this very document come first."))
    today = timezone.localdate(now)
    if effective_from < today:
        raise DomainError(
            "not_announced",
            _("A policy is announced before it holds."),
            fields={"effective_from": _("Not before today.")},
        )
    _replace(row, effective_from, actor, now)
    row.effective_from, row.published_at, row.published_on = effective_from, now, today
    row.published_label, row.state = actor.label[:150], VersionState.PUBLISHED.value
    row.save(update_fields=["effective_from", "published_at", "published_on", "published_label", "state"])
    row.policy.label_zh, row.policy.label_en = row.read.label.zh[:80], row.read.label.en[:80]
    row.policy.save(update_fields=["label_zh", "label_en"])
    after = {"state": row.state, "effective_from": effective_from, "sha256": row.sha256}
    audit.record(actor=actor, action="incentives.publish_policy", obj=row, now=now, after=after)
    _tell(row, now)
    return row


def _replace(row: PolicyVersion, effective_from: date, actor: Actor, now: datetime) -> None:
    """The version before holds up to the day before."""
    last = queries.documents.last_public(row.policy_id)
    if last is None or last.state != VersionState.PUBLISHED:
        return
    assert last.effective_from is not None
    if effective_from < last.effective_from:
        raise DomainError(
            "before_last",
            _("Version %(version)s holds from %(day)s; the next one holds later."),
            fields={"effective_from": _("Not before the version before.")},
            version=last.version,
            day=last.effective_from.isoformat(),
        )
    last.effective_to, last.state = effective_from - timedelta(days=1), VersionState.REPLACED.value
    last.save(update_fields=["effective_to", "state"])
    after = {"state": last.state, "effective_to": last.effective_to}
    audit.record(actor=actor, action="incentives.replace_policy", obj=last, now=now, after=after)


def _tell(row: PolicyVersion, now: datetime) -> None:
    """Send it to every dealer it is for: a receipt to confirm, a to-do, a notice."""
    on = timezone.localdate(now)
    members = membership.members(Month.of(on)).values_list("pk", flat=True)
    window = row.read.window_of(row.effective_from or on) or Window(on, on)
    dealers = [
        dealer.pk
        for dealer, classes in candidates.people(list(members), on)
        if row.read.eligibility.admits(
            DealerFacts(dealer.pk, window, (), classes=classes, opened_on=dealer.opened_on, code=dealer.code)
        )
    ]
    PolicyReceipt.objects.bulk_create(
        [PolicyReceipt(version=row, dealer_id=dealer, sent_at=now) for dealer in dealers]
    )
    url = reverse("incentives:policy-detail", kwargs={"pk": row.pk})
    params = {"policy": str(row), "from": str(row.effective_from)}
    wanted = [
        work.Wanted(
            key=_key(row.pk, dealer),
            params=params,
            url=url,
            role=Role.DEALER_GENERAL,
            dealer_id=dealer,
            due_at=now + timedelta(days=READ_WITHIN_DAYS),
        )
        for dealer in dealers
    ]
    work.open_todos(code=CONFIRM, wanted=wanted, now=now, opened_by=row.published_label)
    told = [
        work.Told(holder.user_id, f"incentives.policy:{row.pk}", params, url, holder.dealer_id)
        for holder in work_queries.holders_at_dealers(dealer_ids=dealers, roles=READERS, on=on)
    ]
    work.notify_each(notice=PUBLISHED, told=told, now=now)


def _key(version: int, dealer: int) -> str:
    return f"incentives.policy:{version}:{dealer}"


@transaction.atomic
def acknowledge(*, version: PolicyVersion, actor: Actor, now: datetime) -> int:
    """Confirm having read a published version, for every dealer of the actor; returns for how many.

    Errors: `forbidden`, `not_sent`. Repeated, it changes nothing.
    """
    decision = policies.receipt.can(actor, policies.ACKNOWLEDGE)
    if not decision:
        raise DomainError("forbidden", decision.reason)
    own = actor.narrowed(policies.ACKNOWLEDGE)
    sent = policies.receipt.in_scope(own, PolicyReceipt.objects.filter(version=version))
    if not sent.exists():
        raise DomainError("not_sent", _("This policy was not sent to your store."))
    rows = list(sent.select_for_update(of=("self",)).filter(read_at__isnull=True).select_related("dealer"))
    for row in rows:
        row.read_at, row.read_by_id, row.read_label = now, actor.user_id, actor.label[:150]
    PolicyReceipt.objects.bulk_update(rows, ["read_at", "read_by", "read_label"])
    changes = [audit.Change(row, None, {"read_at": now}, row.dealer_id) for row in rows]
    audit.record_many(actor=actor, action=policies.ACKNOWLEDGE, changes=changes, now=now)
    work.close_todos(keys=[_key(version.pk, row.dealer_id) for row in rows], now=now, by=actor.label)
    return len(rows)


@transaction.atomic
def end_policy(*, version: PolicyVersion, last_day: date, actor: Actor, now: datetime) -> PolicyVersion:
    """Let a published version end on a day to come; what it promised until then is paid.

    Errors: `forbidden`, `not_published`, `too_early`.
    """
    drafting.allow(actor, policies.PUBLISH)
    row = PolicyVersion.objects.select_for_update().get(pk=version.pk)
    if row.state != VersionState.PUBLISHED:
        raise DomainError("not_published", _("Only a published version that was not replaced can end."))
    assert row.effective_from is not None
    if last_day < max(timezone.localdate(now), row.effective_from):
        raise DomainError(
            "too_early",
            _("A policy does not end in the past."),
            fields={"last_day": _("Not before today and not before it holds.")},
        )
    row.effective_to, row.state = last_day, VersionState.ENDED.value
    row.save(update_fields=["effective_to", "state"])
    after = {"state": row.state, "effective_to": last_day}
    audit.record(actor=actor, action="incentives.end_policy", obj=row, now=now, after=after)
    return row
