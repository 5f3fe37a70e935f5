"""At 390 px: cars are counted by typed codes and by the camera, and cars sent together are checked in."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from apps.inventory import services as inventory
from apps.inventory.models import CountSheet, StockUnit, Transfer, TransferProposal
from apps.inventory.rules import Answer
from apps.vehicles.models import Brand, CarModel, Series
from tests.e2e import browsers
from tests.factories.facts import SYSTEM
from tests.inventory.rows import VINS, arrival

pytestmark = browsers.MARKS
CAMERA = """
const canvas = document.createElement("canvas");
canvas.width = canvas.height = 8;
const painted = canvas.getContext("2d");
setInterval(() => painted.fillRect(0, 0, 8, 8), 20);
Object.defineProperty(navigator, "mediaDevices", {
  value: { getUserMedia: async () => canvas.captureStream(20) },
});
window.BarcodeDetector = class {
  constructor(options) { this.formats = options.formats; }
  async detect(video) {
    return video.videoWidth && this.formats.includes("code_39") ? [{ rawValue: "I" + window.label }] : [];
  }
};
"""
CONFIRM = ".form-actions button.btn-primary"


@pytest.fixture
def yard(network, clock):
    """Three cars of one model at D001."""
    now = clock.to(7, 12, 9)
    brand = Brand.objects.create(code="YX", name="远行")
    series = Series.objects.create(code="X", name="轩昂", brand=brand)
    model = CarModel.objects.create(code="X5", name="轩昂 X5", series=series)
    more = {"model_id": model.pk, "model": "X5", "colour": "白", "received_on": date(2026, 3, 10)}
    rows = [arrival(f"U{nth}", network.d1.pk, vin=vin, **more) for nth, vin in enumerate(VINS[:3])]
    inventory.record_arrivals(rows=rows, source="dms", actor=SYSTEM, now=now)
    return model


def test_a_count_and_an_arrival_on_a_phone(stage, clock, network, yard, actor_of, d1_gm, d2_gm) -> None:
    _counted(stage, stage.of(d1_gm, "phone"))
    now = clock.to(7, 12, 15)
    lot = inventory.suggest_transfers(
        giver=network.d1, taker=network.d2, model=yard, units=2, note="", actor=SYSTEM, now=now
    )
    giver, taker = actor_of(d1_gm), actor_of(d2_gm)
    together = {"note": "", "now": now, "whole_lot": True}
    for answer, actor in ((Answer.CONFIRM, giver), (Answer.AGREE, taker)):
        row = TransferProposal.objects.get(pk=lot[0].pk)
        inventory.answer_transfer(proposal=row, answer=answer, actor=actor, **together)
    row.refresh_from_db()
    way = {"carrier": "安捷物流", "shipped_on": date(2026, 7, 10), "eta_on": date(2026, 7, 12)}
    inventory.ship_transfer(proposal=row, actor=giver, **way, **together)
    _checked_in(stage, stage.of(d2_gm, "phone"), [each.pk for each in lot])


def _counted(stage, phone) -> None:
    phone.context.add_init_script(CAMERA)
    phone.goto("/inventory/counts/new/")
    phone.locator("select[name=kind]").select_option("three_day")
    phone.locator(CONFIRM).click()
    board = phone.locator("#board")
    phone.locator("#scan-code").fill(VINS[0][-6:])
    phone.keyboard.press("Enter")
    expect(board.get_by_role("status")).to_contain_text(VINS[0])
    phone.locator("#scan-code").fill("LDP0000A0SA000009")
    phone.keyboard.press("Enter")
    expect(board.get_by_role("alert")).to_contain_text("校验位")
    phone.evaluate(f"window.label = '{VINS[1]}'")
    phone.get_by_role("button", name="摄像头扫码").click()
    expect(board.get_by_role("status")).to_contain_text(VINS[1])
    expect(board).to_contain_text("还有 1 辆未盘")
    stage.look(phone, "count")
    phone.locator("a[href$='/finish/']").click()
    phone.locator(CONFIRM).click()
    expect(phone.locator("main")).to_contain_text(VINS[2])
    sheet = CountSheet.objects.get()
    assert (sheet.found_units, sheet.missing_units, sheet.surplus_units) == (2, 1, 0)
    for entered in ("/inventory/new/", "/sales/new/"):
        phone.goto(entered)
        phone.evaluate(f"window.label = '{VINS[2]}'")
        phone.get_by_role("button", name="摄像头扫码").click()
        expect(phone.locator("input[name=vin]")).to_have_value(VINS[2])


def _checked_in(stage, phone, lot: list[int]) -> None:
    phone.goto("/inventory/desk/")
    stage.look(phone, "desk")
    phone.goto(f"/inventory/offers/{lot[0]}/accept/")
    came = phone.locator("input[name=arrived]")
    expect(came).to_have_count(2)
    phone.locator("input[name=moved_on]").fill("2026-07-12")
    came.nth(1).uncheck()
    phone.locator("input[name=damaged]").nth(0).check()
    phone.locator(CONFIRM).click()
    expect(phone.locator(".invalid-feedback").first).to_be_visible()
    stage.look(phone, "arrival")
    phone.locator("input[name=damage_note]").fill("轮毂划痕")
    phone.locator(CONFIRM).click()
    expect(phone.locator("main")).to_contain_text("轮毂划痕")
    assert Transfer.objects.get().to_dealer.code == "D002"
    assert TransferProposal.objects.get(pk=lot[1]).state == "shipped"
    assert StockUnit.objects.filter(dealer__code="D002", gone_on=None).count() == 1
