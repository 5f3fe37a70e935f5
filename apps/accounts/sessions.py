"""Sessions in the data base, with the user, device and address they belong to."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.accounts.models import Session

VISITOR = "visitor"
"""Key of the session's data under which `entrance` notes device, browser, address and time of the log-in."""


def handle_of(key: str) -> str:
    """The name of a session that pages may show; it does not lead back to the key."""
    return salted_hmac("accounts.session", key, algorithm="sha256").hexdigest()[:32]


class SessionStore(db.SessionStore):
    """Django's sessions in the data base, each on a row that says whose it is."""

    row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        self.row = cast("Session | None", super()._get_session_from_db())
        return self.row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast("Session", super().create_model_instance(data))
        visitor = data.get(VISITOR, {})
        row.handle = handle_of(row.session_key)
        row.user_id = data.get(SESSION_KEY)
        row.device_id = visitor.get("device")
        row.agent = visitor.get("agent", "")
        row.address = visitor.get("address")
        row.opened_at = visitor.get("opened_at")
        row.seen_at = timezone.now()
        if self.row is not None and self.row.session_key == row.session_key:
            row.news_id = self.row.news_id
        return row
