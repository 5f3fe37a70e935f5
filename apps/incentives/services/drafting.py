"""Drafting a policy: a new one, a copy, the next version; a draft is saved as it is, complete or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.incentives.models import Policy, PolicyVersion
from apps.incentives.policies import documents as policies
from apps.incentives.rules import clauses, declared, lifecycle
from apps.incentives.rules.declared import Words
from apps.incentives.rules.lifecycle import EDITABLE, OPEN, VersionState
from apps.incentives.services import standing


@transaction.atomic
def start_policy(
    *, code: str, label_zh: str, label_en: str, kind: str, actor: Actor, now: datetime
) -> PolicyVersion:
    """A new policy with a first draft of one clause. Errors: `forbidden`, `code_taken`."""
    allow(actor, policies.DRAFT)
    jobs.lock(f"incentives.policy:{code}")
    if Policy.objects.filter(code=code).exists():
        raise DomainError(
            "code_taken", _("This code is taken."), fields={"code": _("Another policy has this code.")}
        )
    policy = Policy.objects.create(code=code, label_zh=label_zh, label_en=label_en)
    label = declared.stored(Words(label_zh, label_en))
    text = {"code": code, "label": label, "components": [clauses.new_clause(kind, set())]}
    return _draft(policy, text, None, actor, now, "incentives.start_policy")


@transaction.atomic
def copy_policy(
    *, source: PolicyVersion, code: str, label_zh: str, label_en: str, actor: Actor, now: datetime
) -> PolicyVersion:
    """A new policy whose first draft says what another one says. Errors: `forbidden`, `code_taken`."""
    allow(actor, policies.DRAFT)
    jobs.lock(f"incentives.policy:{code}")
    if Policy.objects.filter(code=code).exists():
        raise DomainError(
            "code_taken", _("This code is taken."), fields={"code": _("Another policy has this code.")}
        )
    policy = Policy.objects.create(code=code, label_zh=label_zh, label_en=label_en)
    label = declared.stored(Words(label_zh, label_en))
    text = {**source.document, "code": code, "label": label}
    return _draft(policy, text, source, actor, now, "incentives.copy_policy")


@transaction.atomic
def new_version(*, source: PolicyVersion, actor: Actor, now: datetime) -> PolicyVersion:
    """The next version of a policy, starting from one it has. Errors: `forbidden`, `open_version`."""
    allow(actor, policies.DRAFT)
    policy = Policy.objects.select_for_update().get(pk=source.policy_id)
    waiting = policy.versions.filter(state__in=list(OPEN)).first()
    if waiting is not None:
        raise DomainError(
            "open_version",
            _("Version %(version)s of this policy is being prepared already."),
            version=waiting.version,
        )
    return _draft(policy, source.document, source, actor, now, "incentives.new_version")


@transaction.atomic
def save_draft(
    *, version: PolicyVersion, given: Mapping[str, Any], expected: str, actor: Actor, now: datetime
) -> PolicyVersion:
    """Save the document of a draft, complete or not; a change makes back-test and waivers out of date.

    `expected` is the sha256 the change starts from. Errors: `forbidden`, `frozen`, `conflict`.
    """
    allow(actor, policies.DRAFT)
    row = PolicyVersion.objects.select_for_update().select_related("policy").get(pk=version.pk)
    if row.state not in EDITABLE:
        raise DomainError("frozen", _("This version can no longer be changed. Make a new version instead."))
    if expected != row.sha256:
        raise DomainError(
            "conflict",
            _("Somebody else saved this draft meanwhile. Your input is kept below; compare first."),
        )
    text, digest, _problems = lifecycle.checked({**given, "code": row.policy.code})
    if digest == row.sha256:
        return row
    before, after = audit.difference(row.document, text)
    row.document, row.sha256, row.saved_at = text, digest, now
    row.save(update_fields=["document", "sha256", "saved_at"])
    audit.record(actor=actor, action="incentives.save_policy", obj=row, now=now, before=before, after=after)
    _name(row)
    return standing.update(row, actor=actor, now=now)


@transaction.atomic
def discard_draft(*, version: PolicyVersion, actor: Actor, now: datetime) -> PolicyVersion:
    """Give up a version that was never published; it stays readable. Errors: `forbidden`, `frozen`."""
    allow(actor, policies.DRAFT)
    row = PolicyVersion.objects.select_for_update().get(pk=version.pk)
    if row.state not in EDITABLE:
        raise DomainError("frozen", _("Only a draft can be given up."))
    standing.move(row, VersionState.DISCARDED, "incentives.discard_policy", actor=actor, now=now)
    return row


def allow(actor: Actor, action: str) -> None:
    """DomainError `forbidden` unless the actor may."""
    decision = policies.version.can(actor, action)
    if not decision:
        raise DomainError("forbidden", decision.reason)


def _draft(
    policy: Policy,
    given: Mapping[str, Any],
    source: PolicyVersion | None,
    actor: Actor,
    now: datetime,
    action: str,
) -> PolicyVersion:
    text, digest, _problems = lifecycle.checked(given)
    last = policy.versions.order_by("-version").first()
    row = PolicyVersion.objects.create(
        policy=policy,
        version=1 if last is None else last.version + 1,
        document=text,
        sha256=digest,
        author_id=actor.user_id,
        author_label=actor.label[:150],
        predecessor=source,
        saved_at=now,
    )
    after = {"version": row.version, "from": str(source or ""), "sha256": digest}
    audit.record(actor=actor, action=action, obj=row, now=now, after=after)
    return row


def _name(row: PolicyVersion) -> None:
    """A policy that was never published is called what its draft calls it."""
    label = row.document.get("label")
    if row.version == 1 and isinstance(label, dict) and label.get("zh") and label.get("en"):
        row.policy.label_zh, row.policy.label_en = label["zh"][:80], label["en"][:80]
        row.policy.save(update_fields=["label_zh", "label_en"])
