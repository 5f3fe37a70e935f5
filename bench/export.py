"""F: 50,000 deliveries to a workbook as the list page exports them, against xlsxwriter fed by raw SQL."""

from __future__ import annotations

import io
import sys
from functools import partial

import xlsxwriter
from django.db import connection
from django.test import Client
from python_calamine import CalamineWorkbook

from apps.accounts.models import User
from bench import data, harness

NAME = "export"
TARGET = 0.9
ROWS = 50_000
HEADINGS = (
    "日期", "外部单号", "类型", "经销商代码", "经销商", "车型", "VIN", "数量", "成交价", "月份", "配置",
    "颜色", "指导价", "渠道", "客户类型", "销售区域", "来源",
)  # fmt: skip
_ROWS = """
SELECT f.occurred_on, f.external_id, '交付', d.code, coalesce(nullif(d.short_name, ''), d.name),
       m.name, f.vin, f.quantity, f.price_amount, f.period, f.trim_text, f.colour, f.list_amount,
       CASE f.channel WHEN 'showroom' THEN '展厅' WHEN 'online' THEN '线上' ELSE '二网' END,
       CASE f.customer_type WHEN 'private' THEN '个人' ELSE '企业' END, f.region_text, f.source
  FROM sales_retaildelivery AS f JOIN dealers_dealer AS d ON d.id = f.dealer_id
  JOIN vehicles_carmodel AS m ON m.id = f.model_id
 ORDER BY f.occurred_on DESC, f.id DESC
"""


def main() -> int:
    """Export the whole list both ways; both workbooks hold the same rows."""
    size = harness.scale(NAME)
    with harness.scratch(NAME):
        data.network(max(20, round(300 * size)))
        data.deliveries(round(ROWS * size), over=24)
        harness.settle()
        browser = Client(SERVER_NAME="localhost")
        browser.force_login(User.objects.get(username="hq_ops"))
        assert _vins(_product(browser)) == _vins(_floor())
        taken = harness.by_turns({"floor": _floor, "product": partial(_product, browser)})
        print(f"  product: {round(ROWS * size) / taken['product']:,.0f} rows/s of {len(HEADINGS)} columns")
    speed = harness.Part("rows a second", taken["floor"] / taken["product"], TARGET, at_least=True)
    return harness.conclude(NAME, speed)


def _floor() -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet()
    day, money = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "#,##0.00"})
    styles = {0: day, 8: money, 9: day, 12: money}
    sheet.write_row(0, 0, HEADINGS)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS)
        for number, row in enumerate(cursor, 1):
            for place, value in enumerate(row):
                sheet.write(number, place, value, styles.get(place))
    book.close()
    return target.getvalue()


def _product(browser: Client) -> bytes:
    answer = browser.get("/sales/", {"_export": "xlsx"})
    assert answer.status_code == 200
    return answer.content


def _vins(book: bytes) -> list[str]:
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    return [str(row[6]) for row in rows[1:] if len(row) > 6 and str(row[6]).startswith("LDP")]


if __name__ == "__main__":
    sys.exit(main())
