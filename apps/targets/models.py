from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.targets.rules import TargetKind, TargetState, state_of

KINDS = [
    (TargetKind.RETAIL.value, _("Retail deliveries")),
    (TargetKind.WHOLESALE.value, _("Wholesale receipts")),
]
STATES = [
    (TargetState.WAITING.value, _("Waits for the dealer's signature")),
    (TargetState.SIGNED.value, _("Signed by the dealer")),
    (TargetState.OBJECTED.value, _("The dealer objects")),
]


class Target(models.Model):
    """What a dealer shall reach in a month, for everything or one model line, in one of its versions.

    A changed target is a new version that nobody has signed; the earlier one stays with its signature.
    """

    dealer = models.ForeignKey(  # found by target_version
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    period = models.DateField(_("month"))
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    line = models.CharField(_("model line"), max_length=40, blank=True, db_default="")
    version = models.PositiveSmallIntegerField(_("version"))
    units = models.PositiveIntegerField(_("units"))
    set_at = models.DateTimeField(_("set at"))
    set_by = models.CharField(_("set by"), max_length=320)
    replaced_at = models.DateTimeField(_("replaced at"), null=True)
    signed_at = models.DateTimeField(_("signed at"), null=True)
    signed_by = models.CharField(_("signed by"), max_length=320, blank=True, db_default="")
    signature = models.CharField(_("signature"), max_length=64, blank=True, db_default="")
    wanted_units = models.PositiveIntegerField(_("units the dealer proposes"), null=True)
    objection = models.CharField(_("the dealer's reason"), max_length=1000, blank=True, db_default="")
    batch = models.ForeignKey(
        "core.ImportBatch",
        verbose_name=_("import"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.UniqueConstraint(
                fields=["dealer", "period", "kind", "line", "version"], name="target_version"
            ),
            models.UniqueConstraint(
                fields=["dealer", "period", "kind", "line"],
                condition=Q(replaced_at__isnull=True),
                name="target_one_in_force",
            ),
            models.CheckConstraint(condition=Q(period__day=1), name="target_first_day"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signature="")
                | Q(signed_at__isnull=False, signature__gt=""),
                name="target_signed",
            ),
        ]
        indexes = [
            # the list, newest month first
            models.Index(
                fields=["-period", "dealer"], name="target_in_force", condition=Q(replaced_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        line = f" {self.line}" if self.line else ""
        return f"{self.period:%Y-%m} · {self.get_kind_display()}{line}"

    @property
    def state(self) -> TargetState:
        """Where it stands between the maker and the dealer."""
        return state_of(signed=self.signed_at is not None, objected=self.wanted_units is not None)
