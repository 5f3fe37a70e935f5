"""The kinds of notices and to-dos of this app itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.work import registry

TASK = registry.todo("work.task", _("Task"), "%(title)s", by_hand=True)
DECIDE = registry.todo("work.decide", _("Approval"), _("Decide: %(about)s (%(by)s)"), icon="checklist")
TASK_GIVEN = registry.notice("work.task", _("Task for me"), _("%(by)s gave you a task: %(title)s"))
WAITING = registry.notice(
    "work.approval_waiting",
    _("An approval waits for me"),
    _("%(by)s asks you to decide: %(about)s"),
    icon="checklist",
)
OVERDUE = registry.notice(
    "work.approval_overdue",
    _("An approval of mine is overdue"),
    _("Overdue since %(due)s: %(about)s (%(by)s)"),
    icon="alert-triangle",
)
DECIDED = {
    "approve": registry.notice(
        "work.approval_approved",
        _("My request was approved"),
        _("%(by)s approved: %(about)s"),
        icon="circle-check",
    ),
    "return": registry.notice(
        "work.approval_returned",
        _("My request was returned"),
        _("%(by)s returned “%(about)s”: %(comment)s"),
        icon="arrow-back-up",
    ),
    "reject": registry.notice(
        "work.approval_rejected",
        _("My request was rejected"),
        _("%(by)s rejected “%(about)s”: %(comment)s"),
        icon="circle-x",
    ),
}
FINDING = registry.todo("work.finding", _("Finding of a visit"), _("Deal with: %(text)s"), icon="flag")
FINDING_ANSWERED = registry.todo(
    "work.finding_answered", _("Finding answered"), _("Look at the answer to: %(text)s"), icon="flag"
)
FINDING_SHARED = registry.notice(
    "work.finding_shared",
    _("A visit found something at my store"),
    _("%(by)s recorded: %(text)s"),
    icon="flag",
)
BULLETIN = registry.notice(
    "work.bulletin", _("A bulletin for me"), _("%(by)s published: %(title)s"), icon="speakerphone"
)
BULLETIN_LATE = registry.notice(
    "work.bulletin_late",
    _("A bulletin I still have to read"),
    _("Still to be read since %(due)s: %(title)s (%(by)s)"),
    icon="speakerphone",
)
PLANNED = registry.notice(
    "work.planned", _("An activity was planned for me"), _("%(by)s planned for you: %(what)s"), icon="map-pin"
)
INVITATION = registry.todo(
    "work.invitation", _("Invitation to a meeting"), _("Answer the invitation: %(what)s"), icon="users-group"
)
INVITED = registry.notice(
    "work.invited", _("I am invited to a meeting"), _("%(by)s invites you: %(what)s"), icon="users-group"
)
CALLED_OFF = registry.notice(
    "work.called_off",
    _("A meeting was called off"),
    _("%(by)s called off: %(what)s. %(reason)s"),
    icon="calendar-off",
)
REPLIED = {
    "coming": registry.notice(
        "work.invitation_accepted",
        _("Somebody comes to my meeting"),
        _("%(by)s comes: %(what)s"),
        icon="circle-check",
    ),
    "declined": registry.notice(
        "work.invitation_declined",
        _("Somebody cannot come to my meeting"),
        _("%(by)s cannot come: %(what)s. %(reason)s"),
        icon="circle-x",
    ),
}
CORRECT = registry.todo(
    "work.correct", _("Correction of a fact"), _("Correct %(about)s: %(wrong)s"), icon="pencil"
)
REMARKED = registry.notice(
    "work.remark", _("Somebody answered my remark"), _("%(by)s on %(about)s: %(text)s"), icon="message"
)
CORRECTED = registry.notice(
    "work.corrected", _("A fact of mine was corrected"), _("Corrected: %(about)s – %(answer)s"), icon="pencil"
)
