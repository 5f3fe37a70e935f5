from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.work.models.activities import Activity

AUDIENCES = [
    ("people", _("My people")),
    ("dealers", _("My dealers")),
    ("both", _("My people and my dealers")),
]


class Bulletin(models.Model):
    """A message of a unit to its people and dealers, whose reading is confirmed one by one."""

    activity = models.OneToOneField(Activity, on_delete=models.PROTECT, related_name="bulletin")
    unit = models.ForeignKey("dealers.OrgUnit", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(default=2, editable=False)
    author_label = models.CharField(_("published by"), max_length=150)
    title = models.CharField(_("title"), max_length=150)
    text = models.TextField(_("text"))
    audience = models.CharField(_("to"), max_length=10, choices=AUDIENCES)
    read_by_on = models.DateField(_("to be read by"))
    published_at = models.DateTimeField(_("published at"))

    class Meta:
        verbose_name = _("bulletin")
        verbose_name_plural = _("bulletins")
        indexes = [models.Index(fields=["unit", "-published_at"], name="bulletin_unit")]

    def __str__(self) -> str:
        return self.title


class BulletinReceipt(models.Model):
    """One reader of a bulletin, and when the reading was confirmed; fixed when the bulletin is published."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="receipts")
    unit = models.ForeignKey("dealers.OrgUnit", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(default=2, editable=False)
    user_label = models.CharField(_("reader"), max_length=150)
    role = models.CharField(_("role"), max_length=30)
    dealer = models.ForeignKey("dealers.Dealer", null=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(_("place"), max_length=200)
    read_at = models.DateTimeField(_("read at"), null=True)

    class Meta:
        verbose_name = _("bulletin receipt")
        verbose_name_plural = _("bulletin receipts")
        constraints = [models.UniqueConstraint(fields=["bulletin", "user"], name="receipt_once")]
        indexes = [models.Index(fields=["user", "read_at"], name="receipt_user")]

    def __str__(self) -> str:
        return self.user_label
