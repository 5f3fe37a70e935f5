"""Everything that changes users, their rights, and the ways they come in."""

from apps.accounts.services.tokens import TOKEN_LIFE, find_token, issue_token, revoke_token
from apps.accounts.services.users import (
    Place,
    assign,
    change_profile,
    create_user,
    end_assignment,
    note_log_in,
    set_active,
    set_password,
    set_site_access,
)

__all__ = [
    "TOKEN_LIFE",
    "Place",
    "assign",
    "change_profile",
    "create_user",
    "end_assignment",
    "find_token",
    "issue_token",
    "note_log_in",
    "revoke_token",
    "set_active",
    "set_password",
    "set_site_access",
]
