"""Who reads, drafts, tests, waives, countersigns and publishes commercial policies."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Decision, Ownership, Policy, Rows, declare
from apps.core.roles import DEALER, FIELD, HQ, Role
from apps.core.wall import ASKED, RESULT
from apps.incentives.models import (
    BackTest,
    BackTestRow,
    ComplianceRule,
    ComplianceWaiver,
    PolicyReceipt,
    PolicyVersion,
    StandardText,
)
from apps.incentives.models import Policy as CommercialPolicy
from apps.incentives.rules.lifecycle import PUBLIC

PREPARERS = {Role.HQ_ADMIN, Role.HQ_POLICY}
JUDGES = PREPARERS | {Role.HQ_FINANCE, Role.HQ_LEGAL, Role.EXECUTIVE}
VIEW_POLICIES = declare(
    "incentives.view_policies",
    _("Read commercial policies"),
    (HQ - {Role.HQ_TRAINING}) | FIELD | DEALER | {Role.INVESTOR},
)
VIEW_DRAFTS = declare("incentives.view_drafts", _("Read drafts of policies, back-tests and steps"), JUDGES)
VIEW_RECEIPTS = declare(
    "incentives.view_receipts", _("See which dealers read a policy"), JUDGES | FIELD | {Role.HQ_OPERATIONS}
)
DRAFT = declare("incentives.draft_policy", _("Draft and test commercial policies"), PREPARERS, guarded=True)
APPROVE = declare(
    "incentives.approve_policy",
    _("Countersign commercial policies"),
    {Role.HQ_ADMIN, Role.HQ_POLICY, Role.HQ_FINANCE, Role.HQ_LEGAL},
)
WAIVE = declare("incentives.waive_finding", _("Sign for a compliance finding"), {Role.HQ_LEGAL})
PUBLISH = declare(
    "incentives.publish_policy", _("Publish and end commercial policies"), PREPARERS, guarded=True
)
ACKNOWLEDGE = declare(
    "incentives.acknowledge_policy",
    _("Confirm having read a policy"),
    {Role.DEALER_GENERAL, Role.DEALER_FINANCE},
)


class VersionPolicy(Policy):
    """Published versions are for everybody who reads policies, drafts for who prepares or judges them."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.may(VIEW_DRAFTS):
            return rows
        return rows.filter(state__in=[state.value for state in PUBLIC])

    def can(self, actor: Actor, action: str, obj: Any | None = None, **more: Any) -> Decision:
        if obj is not None and not obj.is_public and not actor.may(VIEW_DRAFTS):
            return Decision(False, _("Not found."))
        return super().can(actor, action, obj, **more)


class CommercialPolicyPolicy(Policy):
    """A policy is seen by whoever sees one of its versions."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.may(VIEW_DRAFTS):
            return rows
        return rows.filter(versions__state__in=[state.value for state in PUBLIC]).distinct()

    def can(self, actor: Actor, action: str, obj: Any | None = None, **more: Any) -> Decision:
        if isinstance(obj, Model) and not self.in_scope(actor, CommercialPolicy.objects.filter(pk=obj.pk)):
            return Decision(False, _("Not found."))
        return super().can(actor, action, obj, **more)


commercial = CommercialPolicyPolicy(CommercialPolicy, view=VIEW_POLICIES)
version = VersionPolicy(PolicyVersion, view=VIEW_POLICIES)
receipt = Policy(PolicyReceipt, view=VIEW_POLICIES, ownership=Ownership.DEALER)
back_test = Policy(BackTest, view=VIEW_DRAFTS, wall=ASKED)
back_test_row = Policy(BackTestRow, view=VIEW_DRAFTS, ownership=Ownership.DEALER, wall=RESULT)
compliance_rule = Policy(ComplianceRule, view=VIEW_DRAFTS)
waiver = Policy(ComplianceWaiver, view=VIEW_DRAFTS)
standard_text = Policy(StandardText, view=VIEW_POLICIES)

trail.name_actions(
    {
        "incentives.start_policy": _("Policy begun"),
        "incentives.copy_policy": _("Policy copied"),
        "incentives.new_version": _("New version of a policy begun"),
        "incentives.discard_policy": _("Draft of a policy discarded"),
        "incentives.submit_policy": _("Policy submitted for countersigning"),
        "incentives.recall_policy": _("Policy recalled from countersigning"),
        "incentives.countersign_policy": _("Policy countersigned"),
        "incentives.save_policy": _("Draft of a policy saved"),
        "incentives.start_back_test": _("Back-test started"),
        "incentives.sign_finding": _("Compliance finding signed for"),
        "incentives.replace_policy": _("Policy replaced by a new version"),
        "incentives.end_policy": _("Policy ended"),
    }
)
