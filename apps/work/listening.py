"""What the apps below tell, and whom of it people hear."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts import policies as accounts
from apps.accounts.models import Device, Grant, RightsChange
from apps.core import news, reach
from apps.core.imports import registry as imports
from apps.core.models import ImportBatch
from apps.work import queries, registry, services
from apps.work.services import Wanted

IMPORTED = registry.notice(
    "core.import_done",
    _("My import is finished"),
    _("Imported: %(file)s, %(created)s new facts, %(bad)s rows with errors."),
    icon="database-import",
)
REFUSED = registry.notice(
    "core.import_refused", _("My import was refused"), _("Not imported: %(file)s."), icon="alert-circle"
)
WAITS = registry.notice(
    "core.import_waits",
    _("My import waits for me"),
    _("Checked: %(file)s, %(good)s good rows, %(bad)s rows with errors. Decide whether to import."),
    icon="database-import",
)
DEVICE = registry.notice(
    "accounts.new_device",
    _("A new device logged in to my account"),
    _("A new device logged in to your account: %(device)s, %(address)s, %(at)s. Was it not you?"),
    default_channels=("portal", "email"),
    icon="device-laptop",
)
RIGHTS = registry.todo(
    "accounts.rights_wait",
    _("Change of rights"),
    _("Decide on a change of rights: %(what)s (%(by)s)"),
    icon="key",
)
RIGHTS_WAIT = registry.notice(
    "accounts.rights_wait",
    _("A change of rights waits"),
    _("%(by)s asks for a change of rights: %(what)s"),
    icon="key",
)
RIGHTS_DECIDED = registry.notice(
    "accounts.rights_decided",
    _("My change of rights was decided"),
    _("%(by)s decided on the change of rights: %(what)s"),
    icon="key",
)


def import_done(*, batch: ImportBatch, now: datetime) -> None:
    """Tell who imported what came of it."""
    _of_import(IMPORTED, batch, now)


def import_refused(*, batch: ImportBatch, now: datetime) -> None:
    """Tell who imported that the file was refused."""
    _of_import(REFUSED, batch, now)


def import_waits(*, batch: ImportBatch, now: datetime) -> None:
    """Tell who imported that rows have errors and somebody must decide."""
    _of_import(WAITS, batch, now)


def _of_import(notice: str, batch: ImportBatch, now: datetime) -> None:
    if batch.actor_id is None or batch.kind not in imports.kinds():
        return
    params = {
        "file": batch.file.name,
        "created": batch.created_facts,
        "good": batch.good_rows,
        "bad": batch.bad_rows,
    }
    services.notify(
        notice=notice,
        recipients=[batch.actor_id],
        key=f"{notice}:{batch.pk}:{batch.good_rows}:{batch.bad_rows}",
        now=now,
        params=params,
        url=reverse("core:import-detail", kwargs={"pk": batch.pk}),
        dealer_id=batch.dealer_id,
        target=batch,
    )


def new_device(*, device: Device, now: datetime) -> None:
    """Tell a user at once that its account was entered from a device it never used before."""
    params = {
        "device": device.agent,
        "address": device.address or "",
        "at": timezone.localtime(device.first_seen_at).strftime("%Y-%m-%d %H:%M"),
    }
    services.notify(
        notice=DEVICE,
        recipients=[device.user_id],
        key=f"accounts.device:{device.pk}",
        now=now,
        params=params,
        url=reverse("accounts:account"),
    )


def rights_wait(*, change: RightsChange, by: str, now: datetime) -> None:
    """Put a change of rights on the list of everybody who may decide it, but who asked."""
    url = reverse("accounts:change-detail", kwargs={"pk": change.pk})
    params = {"what": str(change), "by": by}
    with reach.beyond("who may decide on rights is told"):
        roles = list(
            Grant.objects.filter(action=accounts.CHANGE_RIGHTS, allowed=True).values_list("role", flat=True)
        )
        deciders = {
            user
            for role in roles
            for user in queries.holders(role=role, dealer_id=None, unit_id=None, on=timezone.localdate(now))
        }
    wanted = [
        Wanted(
            key=f"{_key(change)}:{role}", params=params, url=url, role=role, without_id=change.proposed_by_id
        )
        for role in roles
    ]
    services.open_todos(code=RIGHTS, wanted=wanted, now=now, opened_by=by)
    services.notify(
        notice=RIGHTS_WAIT,
        recipients=deciders - {change.proposed_by_id},
        key=_key(change),
        now=now,
        params=params,
        url=url,
    )


def rights_decided(*, change: RightsChange, by: str, now: datetime) -> None:
    """Take a decided change of rights off the lists, and tell who asked."""
    roles = Grant.objects.filter(action=accounts.CHANGE_RIGHTS).values_list("role", flat=True)
    services.close_todos(keys=[f"{_key(change)}:{role}" for role in roles], now=now, by=by)
    if change.proposed_by_id is not None and change.decided_by_id is not None:
        services.notify(
            notice=RIGHTS_DECIDED,
            recipients=[change.proposed_by_id],
            key=f"{_key(change)}:decided",
            now=now,
            params={"what": str(change), "by": by},
            url=reverse("accounts:change-detail", kwargs={"pk": change.pk}),
        )


def _key(change: RightsChange) -> str:
    return f"accounts.change:{change.pk}"


news.listen(news.IMPORT_DONE, import_done)
news.listen(news.IMPORT_REFUSED, import_refused)
news.listen(news.IMPORT_WAITS, import_waits)
news.listen(news.NEW_DEVICE, new_device)
news.listen(news.RIGHTS_WAIT, rights_wait)
news.listen(news.RIGHTS_DECIDED, rights_decided)
