"""The way in through a real browser: an HQ user sets up an authenticator app on a phone."""

from __future__ import annotations

import base64
from datetime import date

from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts import services
from apps.accounts.models import SecondFactor, User
from apps.core.access import system
from apps.core.roles import Role
from tests.e2e import browsers

PASSWORD = "vier bunte socken im wind"
pytestmark = browsers.MARKS


def test_an_hq_user_sets_up_an_app_and_comes_back_with_it(stage, network) -> None:
    page = stage.anybody("phone")
    now, actor = timezone.now(), system("test")
    user = services.create_user(
        username="treasurer", display_name="激励财务", password=None, actor=actor, now=now
    )
    place = {"unit": network.hq, "valid_from": date(2020, 1, 1)}
    services.assign(user=user, role=Role.HQ_FINANCE, actor=actor, now=now, **place)
    link = services.make_link(user=user, actor=actor, now=now)
    page.goto(f"/accounts/link/{services.token_of(link)}/")
    assert browsers.fits(page)
    page.fill("#id_new_password", PASSWORD)
    page.click("button.btn-primary")
    page.click("a.btn-primary")
    page.fill("#id_username", "treasurer")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".scan img")).to_be_visible()
    assert page.evaluate("document.querySelector('.scan img').naturalWidth") > 100
    assert browsers.fits(page)
    secret = base64.b32decode(page.inner_text(".scan-key").replace(" ", "").replace("\n", ""))
    page.fill("#id_code", "12")
    page.keyboard.press("Enter")
    expect(page.locator(".invalid-feedback")).to_be_visible()
    page.fill("#id_code", services.current_code(secret, now=timezone.now()))
    page.keyboard.press("Enter")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    assert browsers.fits(page)
    recovery = page.locator(".recovery-codes code").first.inner_text()
    page.click("a.btn-primary")
    expect(page.locator("h1")).to_be_visible()
    assert SecondFactor.objects.filter(user=user).count() == 1
    page.goto("/accounts/me/")
    assert browsers.fits(page)
    page.context.clear_cookies()
    page.goto("/accounts/me/")
    page.fill("#id_username", "treasurer")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.fill("#id_code", recovery)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("我的账户")
    assert User.objects.get(pk=user.pk).recovery_codes.filter(used_at=None).count() == 9
