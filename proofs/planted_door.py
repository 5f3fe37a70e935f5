"""The product as a web server with the defects that the proofs at the door must find; for proofs only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django

from dealerops.wsgi import application

django.setup()

from django.contrib.auth.backends import ModelBackend  # noqa: E402 - needs the apps loaded

from apps.accounts import entrance, rules  # noqa: E402
from apps.accounts.models import User  # noqa: E402
from apps.accounts.rights import actors  # noqa: E402
from apps.core.access import Actor  # noqa: E402

__all__ = ["application"]

_authenticate = ModelBackend.authenticate
_actor_for = actors.actor_for
_actors: dict[int, Actor] = {}


def _without_hash_for_nobody(self: Any, request: Any, username: str = "", **given: Any) -> Any:
    """A2: a name nobody has is answered without the cost of a hash."""
    if not User.objects.filter(username=username).exists():
        return None
    return _authenticate(self, request, username=username, **given)


def _remembered(user: User, **given: Any) -> Actor:
    """M7: a process remembers the rights it once looked up."""
    if user.pk not in _actors:
        _actors[user.pk] = _actor_for(user, **given)
    return _actors[user.pk]


ModelBackend.authenticate = _without_hash_for_nobody  # type: ignore[method-assign, assignment]
actors.actor_for = _remembered
rules.waiting_time = lambda failures: timedelta(0)  # A1: guesses do not wait
rules.ADDRESS_FAILURES = 10**9
entrance.owed_step = lambda request, user, *, now: ""  # A3: the door forgets the second factor
