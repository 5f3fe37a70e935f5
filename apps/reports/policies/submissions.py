from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, declare
from apps.core.roles import DEALER, DEALER_STAFF, FIELD, FIELD_STAFF, HQ, OPERATORS, WITH_FIGURES, Role
from apps.core.wall import PERSON, UNITS, Wall, Writes
from apps.reports import registry
from apps.reports.models import Submission, SubmissionVersion

VIEW = declare("reports.view", _("View reports"), WITH_FIGURES)
FILL = declare(
    "reports.fill", _("Fill in and submit reports"), DEALER | FIELD | FIELD_STAFF | {Role.INTEGRATION}
)
REVIEW = declare("reports.review", _("Review reports"), FIELD | OPERATORS | {Role.HQ_FINANCE})
OVERSEE = declare("reports.oversee", _("See everything that is asked and the burden it makes"), HQ)


SEE_ALL = frozenset({Role.DEALER_GENERAL, Role.INVESTOR, Role.INTEGRATION})
"""Dealers' people who see every report of their dealers; others see those their role fills in."""


class SubmissionPolicy(Policy):
    """A report belongs to its dealer, to its unit, or to one person whose report only reviewers share."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        if actor.is_dealer and not actor.roles & SEE_ALL:
            own_forms = [code for code, form in registry.forms().items() if form.roles & actor.roles]
            rows = rows.filter(form__in=own_forms)
        units = Q(unit_id__in=actor.scope.unit_ids)
        if not actor.may(REVIEW):
            units &= Q(user_id__isnull=True)
        own = Q(user_id=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
        return rows.filter(Q(dealer_id__in=actor.scope.dealer_ids) | units | own)

    def owners(self, obj: Any) -> Owners:
        form = registry.forms().get(obj.form)
        own = form.roles if form is not None else frozenset()
        return Owners(
            roles=frozenset({*Role} - {*DEALER, *DEALER_STAFF}) | SEE_ALL | own,
            dealers=frozenset({obj.dealer_id} - {None}),
            units=frozenset({obj.unit_id} - {None}),
            persons=frozenset({obj.user_id} - {None}),
        )


submission = SubmissionPolicy(
    Submission,
    view=VIEW,
    ownership=Ownership.DEALER,
    wall=Wall(also=f"unit_id = ANY ({UNITS}) OR user_id = {PERSON}"),
)


class VersionPolicy(Policy):
    """A version is seen with the report it belongs to."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        seen = submission.in_scope(actor, Submission.objects.all())
        return rows.filter(submission__in=seen.values("pk"))

    def owners(self, obj: Any) -> Owners:
        return submission.owners(obj.submission)


version = VersionPolicy(
    SubmissionVersion,
    view=VIEW,
    ownership=Ownership.DEALER,
    dealer="submission__dealer_id",
    wall=Wall(writes=Writes.APPEND),
)

trail.name_actions(
    {
        "reports.begin": _("Report begun"),
        "reports.save": _("Report saved"),
        "reports.upload": _("Report uploaded"),
        "reports.submit": _("Report submitted"),
        "reports.approve": _("Report approved"),
        "reports.return": _("Report returned"),
        "reports.lock": _("Report locked"),
        "reports.correct": _("Correction of a report begun"),
    }
)
trail.name_fields(
    {
        "errors": _("To correct"),
        "to_explain": _("To explain"),
        "version": _("Version"),
        "on_time": _("On time"),
        "reason": _("Reason"),
    }
)
