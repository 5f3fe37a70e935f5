from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.work.models.activities import Activity
from apps.work.rules.meetings import Reply

REPLIES = [
    (Reply.OPEN, _("No reply yet")),
    (Reply.COMING, _("Comes")),
    (Reply.DECLINED, _("Cannot come")),
]


class Attendance(models.Model):
    """Somebody on the list of a meeting: invited, coming or not and why, and there.

    Who has an account is `invited` as that user and answers; anybody else is a name on the list. What an
    invitation says (title, day, time, place, message) stands in the row, because those invited do not see the
    meeting itself. `person` is who holds the meeting; `rank` that of its role, 1 the highest.
    """

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="attendance")
    unit = models.ForeignKey("dealers.OrgUnit", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("invited by"), on_delete=models.PROTECT, related_name="+"
    )
    rank = models.PositiveSmallIntegerField(default=2, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("name"), max_length=150)
    title = models.CharField(_("meeting"), max_length=150, blank=True)
    held_on = models.DateField(_("day"))
    held_time = models.TimeField(_("time"), null=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    message = models.CharField(_("message"), max_length=1000, blank=True)
    invited_at = models.DateTimeField(_("invited at"), null=True)
    reply = models.CharField(_("reply"), max_length=10, choices=REPLIES, default=Reply.OPEN)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    replied_at = models.DateTimeField(_("replied at"), null=True)
    called_off_at = models.DateTimeField(_("called off at"), null=True)
    signed_at = models.DateTimeField(_("signed in at"), null=True)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        constraints = [
            models.UniqueConstraint(fields=["activity", "name"], name="attendance_once"),
            models.UniqueConstraint(
                fields=["activity", "user"],
                name="attendance_user_once",
                condition=Q(user__isnull=False),
            ),
            models.CheckConstraint(
                condition=~Q(reply=Reply.DECLINED) | ~Q(reason=""), name="attendance_declined_why"
            ),
            models.CheckConstraint(
                condition=Q(reply=Reply.OPEN) | Q(user__isnull=False, replied_at__isnull=False),
                name="attendance_reply_of_invited",
            ),
        ]
        indexes = [
            # what somebody is invited to, the next first
            models.Index(fields=["user", "-held_on"], name="attendance_user"),
        ]

    def __str__(self) -> str:
        return self.name
