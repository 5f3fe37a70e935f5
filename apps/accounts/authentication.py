from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from apps.accounts import queries, services
from apps.accounts.models import ApiToken, User
from apps.accounts.rights import eyes
from apps.core import reach


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer dop_…`: a hashed, expiring, revocable token of a user."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        given = authentication.get_authorization_header(request).decode("latin-1").split()
        if len(given) != 2 or given[0].lower() != self.keyword.lower():
            return None
        now = timezone.now()
        token = services.find_token(given[1], now=now)
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is unknown, expired or revoked."))
        actor = eyes.actor_of_token(request, token.user)
        own = None if actor.for_id else actor.roles
        if not token.verified and queries.owes_second_factor(token.user, on=timezone.localdate(), roles=own):
            raise exceptions.AuthenticationFailed(
                _("This token was issued without a second factor, which the role of its user asks for.")
            )
        request._request.actor = actor  # type: ignore[attr-defined]
        reach.become(actor)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI page describes the token."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
