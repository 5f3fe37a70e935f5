"""Personal values: masked as text, encrypted in the data base, found by a keyed hash, out of the logs."""

from __future__ import annotations

import json
import logging

import orjson
import pytest

from apps.core import pii
from apps.core.logging import JsonFormatter, MaskedReports
from apps.core.pii import Masked


@pytest.mark.parametrize(
    ("kind", "clear", "mask"),
    [
        ("mobile", "13812345678", "138****5678"),
        ("mobile", "057188886666", "057*****6666"),
        ("mobile", "8888", "****"),
        ("identity", "330106199001011234", "330***********1234"),
        ("email", "zhang.wei@example.com", "z***@example.com"),
        ("name", "王小明", "王**"),
        ("name", "王", "*"),
        ("name", "欧阳娜娜子", "欧***"),
    ],
)
def test_the_text_of_a_value_is_its_mask(kind: str, clear: str, mask: str) -> None:
    value = Masked(clear, kind)
    shown = (str(value), f"{value}", json.dumps(value, default=str, ensure_ascii=False), repr(value))
    assert all(mask in text and clear not in text for text in shown)
    assert orjson.loads(orjson.dumps(value, default=str)) == mask
    assert value.reveal() == clear


@pytest.mark.parametrize("text", ["13812345678", "+86 138-1234-5678", "0086 13812345678", "86 138 1234 5678"])
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert pii.key_of(text, "mobile") == pii.key_of("13812345678", "mobile")
    assert pii.key_of(text, "mobile") != pii.key_of(text, "email")


def test_the_same_text_is_never_stored_twice_alike(settings) -> None:
    one, other = pii.encrypted("13812345678"), pii.encrypted("13812345678")
    assert one != other
    assert "13812345678" not in one
    assert pii.decrypted(one) == pii.decrypted(other) == "13812345678"


def test_keys_are_rotated_one_after_the_other(settings) -> None:
    settings.PII_KEYS = ["a" * 32]
    old = pii.encrypted("x")
    settings.PII_KEYS = ["b" * 32, "a" * 32]
    assert pii.decrypted(old) == "x"
    assert not pii.is_current(old)
    new = pii.encrypted("x")
    settings.PII_KEYS = ["b" * 32]
    assert pii.is_current(new)
    assert pii.decrypted(new) == "x"
    with pytest.raises(pii.Unreadable, match="no key"):
        pii.decrypted(old)


def test_a_changed_value_is_not_read() -> None:
    stored = pii.encrypted("13812345678")
    number, _dot, sealed = stored.partition(".")
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(pii.Unreadable, match="changed"):
        pii.decrypted(f"{number}.{changed}")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("call 13812345678 now", "call 138****5678 now"),
        ("tel=+86 138-1234-5678;", "tel=138****5678;"),
        ("id 33010619900101123X.", "id 330***********123X."),
        ("to a.b@example.com", "to a***@example.com"),
        ("VIN LDPD0013812345678 stays", "VIN LDPD0013812345678 stays"),
        ("hash 9f13812345678aa stays", "hash 9f13812345678aa stays"),
        ("1234 rows in 0.135 s", "1234 rows in 0.135 s"),
        ("13812345678 与18600001111", "138****5678 与186****1111"),
    ],
)
def test_personal_numbers_are_masked_in_free_text(text: str, masked: str) -> None:
    assert pii.mask_text(text) == masked


def test_log_lines_and_traces_hold_no_personal_numbers() -> None:
    try:
        raise ValueError("no such number 13812345678")
    except ValueError as error:
        trace = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "tried %s", ("13900001111",), trace)
    line = JsonFormatter().format(record)
    assert "13812345678" not in line
    assert "13900001111" not in line
    assert json.loads(line)["message"] == "tried 139****1111"
    assert "138****5678" in json.loads(line)["trace"]


def test_error_reports_hold_no_personal_numbers(rf, settings) -> None:
    request = rf.post("/x", {"mobile": "13812345678", "plan": "打 13900001111"})
    shown = MaskedReports().get_post_parameters(request)
    assert shown == {"mobile": "138****5678", "plan": "打 139****1111"}
    assert settings.DEFAULT_EXCEPTION_REPORTER_FILTER == "apps.core.logging.MaskedReports"
