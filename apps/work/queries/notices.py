from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db.models import QuerySet

from apps.core.access import Actor
from apps.work import policies
from apps.work.models import ChannelSetting, Message, Notice, NoticeProfile, Preference
from apps.work.registry import NoticeKind
from apps.work.rules.states import CHANNELS, PORTAL, Mode


def own_notices(*, actor: Actor) -> QuerySet[Notice]:
    """What the actor was told, the newest first."""
    return policies.notice.visible_to(actor, Notice.objects.all()).order_by("-created_at", "-pk")


def unread(*, actor: Actor) -> int:
    """How many notices the actor has not read; 100 stands for more."""
    return own_notices(actor=actor).order_by().filter(read_at=None)[:100].count()


def own_preferences(*, actor: Actor) -> Mapping[tuple[str, str], str]:
    """(kind, channel) → mode, as far as the actor chose."""
    rows = policies.preference.visible_to(actor, Preference.objects.all())
    return {(code, channel): mode for code, channel, mode in rows.values_list("code", "channel", "mode")}


def own_profile(*, actor: Actor) -> NoticeProfile | None:
    """The actor's quiet hours and addresses, if it set any."""
    return policies.profile.visible_to(actor, NoticeProfile.objects.all()).first()


def messages(*, actor: Actor) -> QuerySet[Message]:
    """The outbox, for those who oversee it."""
    return policies.message.visible_to(actor, Message.objects.select_related("user"))


def open_channels() -> Sequence[str]:
    """The channels out of the product that are set up and not switched off."""
    off = set(ChannelSetting.objects.filter(active=False).values_list("channel", flat=True))
    return [code for code in CHANNELS if settings.MESSAGE_CHANNELS.get(code) and code not in off]


def usual_mode(kind: NoticeKind, channel: str) -> str:
    """How people are told of a kind over a channel unless they choose otherwise."""
    if channel in kind.default_channels or channel == PORTAL:
        return Mode.NOW
    return Mode.DIGEST if channel == "email" and kind.digest else Mode.OFF
