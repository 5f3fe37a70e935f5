from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import EVERYONE, OPERATORS
from apps.core.wall import ASKED, RESULT
from apps.work.models import (
    ChannelSetting,
    DigestItem,
    DigestRun,
    DigestTime,
    Message,
    Notice,
    NoticeProfile,
    Preference,
)

VIEW = declare("work.view", _("See one's own notices, to-dos and approvals"), EVERYONE)
OVERSEE = declare("work.oversee", _("See what messages were sent to whom"), OPERATORS)

notice = Policy(Notice, view=VIEW, ownership=Ownership.PERSONAL)
preference = Policy(Preference, view=VIEW, ownership=Ownership.PERSONAL)
profile = Policy(NoticeProfile, view=VIEW, ownership=Ownership.PERSONAL)
message = Policy(Message, view=OVERSEE, ownership=Ownership.STAFF, wall=ASKED)
digest_item = Policy(DigestItem, view=OVERSEE, ownership=Ownership.STAFF, wall=ASKED)
digest_run = Policy(DigestRun, view=OVERSEE, ownership=Ownership.STAFF, wall=RESULT)
digest_time = Policy(DigestTime, view=OVERSEE)
channel_setting = Policy(ChannelSetting, view=OVERSEE)

trail.name_actions({"work.prefer": _("Notice settings changed")})
trail.name_fields({"quiet": _("Quiet hours"), "modes": _("How one is told")})
