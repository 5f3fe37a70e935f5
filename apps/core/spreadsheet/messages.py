"""Every sentence this package shows, in English; Chinese stands in locale/src/spreadsheet.json."""

REFUSALS: dict[str, str] = {
    "empty": "The file is empty. Fill in the table, save the file and upload it again.",
    "no_header": "No heading row was found in “%(sheet)s”. "
    "The first rows must hold one row of column names; add it or say in which row the names "
    "stand.",
    "no_rows": "“%(sheet)s” has column names in row %(row)s but no data below them. "
    "Fill in the rows and upload again.",
    "sheet_missing": "There is no sheet “%(sheet)s” in the file. It has: %(sheets)s. Choose one of these.",
    "not_a_table": "This is not a table but another kind of file (%(kind)s). "
    "Save the table as .xlsx or .csv and upload that file.",
    "web_page": "This is a web page or XML saved under the name of a table. "
    "Open it in Excel or WPS, save it as .xlsx and upload that file.",
    "old_excel": "This is an older or binary Excel file. Open it in Excel or WPS, "
    "save it as .xlsx and upload that file.",
    "encrypted": "The file is protected by a password. Remove the password in Excel or WPS, "
    "save and upload again.",
    "macros": "The file holds macros, which are not accepted. "
    "Save it as .xlsx without macros and upload that file.",
    "zip_bomb": "The file unpacks to more than %(limit)s MB and is refused. "
    "Copy the table into a new workbook or split it into several files.",
    "too_many_parts": "The workbook has %(count)s inner parts; %(limit)s are allowed. "
    "Copy the table into a new workbook without pictures and extra sheets.",
    "unsafe_path": "The workbook holds parts with unsafe names. "
    "Copy the table into a new workbook and upload that.",
    "unsafe_xml": "The workbook holds content that spreadsheet programs do not write. "
    "Open it in Excel or WPS, save it again and upload that file.",
    "too_large": "The file is larger than %(limit)s MB. "
    "Split it into several files and upload them one by one.",
    "out_of_memory": "The file needs more memory than is allowed. "
    "Delete cells far outside the table and split the table into several files.",
    "timeout": "Reading the file took longer than %(seconds)s seconds. Split it into several files.",
    "too_many_rows": "The table has %(count)s rows or more; %(limit)s are allowed in one file. "
    "Split it into several files; empty formatted rows below the table can be deleted.",
    "too_many_columns": "The table has %(count)s columns; %(limit)s are allowed. "
    "Delete the columns that are not needed.",
    "too_many_cells": "The table has %(count)s cells; %(limit)s are allowed in one file. "
    "Split it into several files.",
    "far_cell": "A cell stands far outside the table, near %(column)s%(row)s. "
    "Delete the rows and columns outside the table, save and upload again.",
    "too_many_faults": "More than %(limit)s cells hold an Excel error or a formula without a stored result. "
    "Open the file in Excel or WPS, save it again and upload that file.",
    "wrong_encoding": "The characters of the file cannot be read (line %(line)s). "
    "Save it as “CSV UTF-8” or as .xlsx and upload that file.",
    "stray_quote": "A quotation mark near line %(line)s is not closed or stands inside a field. "
    "Double quotation marks inside a field, or save the table as .xlsx.",
    "long_field": "A field near line %(line)s is longer than %(limit)s characters; "
    "a quotation mark may be missing.",
    "unreadable": "The file is damaged and cannot be read. Open it in Excel or WPS, "
    "save it again and upload that file.",
}

WARNINGS: dict[str, str] = {
    "encoding_guessed": "The file was read as %(encoding)s. Check that Chinese characters look right.",
    "epoch_1904": "The workbook counts dates from 1904; dates were converted.",
    "uneven_rows": "%(count)s rows have more fields than there are column names, the first is row %(row)s.",
    "merged_header": "Column names were put together from the merged rows %(first)s to %(last)s.",
    "other_sheets": "Only sheet “%(sheet)s” was read; the file also has: %(sheets)s.",
    "faulty_cells": "%(count)s cells hold an Excel error or a formula without a result, "
    "the first is %(address)s.",
}

PROBLEMS: dict[str, str] = {
    "required": "The cell is empty. Expected %(expected)s.",
    "error_value": "The cell holds the Excel error “%(value)s”. Correct the formula or type %(expected)s.",
    "formula_without_value": "The formula “%(value)s” has no stored result. "
    "Open the file in Excel or WPS, save it again, or type %(expected)s.",
    "merged_cell": "This cell is merged with the ones above it, so “%(value)s” stands in the first only. "
    "Unmerge the cells and fill in every row: %(expected)s.",
    "not_text": "“%(value)s” is not text. Expected %(expected)s.",
    "too_long": "“%(value)s” is too long. Expected %(expected)s.",
    "control_characters": "“%(value)s” holds characters that cannot be shown. "
    "Type the value again: %(expected)s.",
    "digits_lost": "Excel kept only 15 digits of “%(value)s”. "
    "Format the cell as text and type all digits again.",
    "not_an_integer": "“%(value)s” is not a whole number. Expected %(expected)s.",
    "not_a_number": "“%(value)s” is not a number. Expected %(expected)s.",
    "too_many_places": "“%(value)s” has too many decimal places. Expected %(expected)s.",
    "out_of_range": "“%(value)s” is outside the allowed range. Expected %(expected)s.",
    "not_a_date": "“%(value)s” is not a date. Expected %(expected)s.",
    "ambiguous_date": "“%(value)s” may be read as day or month first. Write %(expected)s, "
    "or set the date format of the column.",
    "not_a_month": "“%(value)s” is not a month. Expected %(expected)s.",
    "not_a_boolean": "“%(value)s” is neither yes nor no. Expected %(expected)s.",
    "not_a_choice": "“%(value)s” is not one of the allowed values. Expected %(expected)s.",
}
ERRORS_SHEET = "错误说明 Errors"
ERRORS_COLUMN = "错误 Errors"
EXAMPLE_SHEET = "示例 Example"
OTHER_PROBLEM = "“%(value)s” cannot be accepted. %(expected)s"

EXPECT_VALUE = "a value"
EXPECT_TEXT = "text of at most %(max_length)s characters"
EXPECT_INTEGER = "a whole number such as 120"
EXPECT_NUMBER = "a number such as 1234 with at most %(places)s decimal places"
EXPECT_MONEY = "an amount such as 26000.50 with at most 2 decimal places"
EXPECT_FROM_TO = "%(expected)s, from %(min)s to %(max)s"
EXPECT_AT_LEAST = "%(expected)s, at least %(min)s"
EXPECT_AT_MOST = "%(expected)s, at most %(max)s"
EXPECT_DATE = "a date such as 2026-07-01"
EXPECT_DATE_FORMAT = "a date written as %(formats)s or as 2026-07-01"
EXPECT_DATETIME = "a date and time such as 2026-07-01 09:30"
EXPECT_DATETIME_FORMAT = "a date and time written as %(formats)s or as 2026-07-01 09:30"
EXPECT_MONTH = "a month such as 2026-07"
EXPECT_BOOLEAN = "yes or no (是/否, Y/N, 1/0)"
EXPECT_CHOICE = "one of: %(choices)s"

LABELS: dict[str, str] = {
    "footer": "Rows: %(count)s",
    "footer_filter": "Rows: %(count)s · %(filter)s",
    "cut": "… (cut at %(limit)s characters)",
    "required": "Required.",
    "optional": "May be left empty.",
    "expected": "Expected: %(expected)s.",
    "example": "Example: %(example)s",
    "errors_found": "%(count)s errors in %(rows)s rows.",
    "errors_listed": "%(count)s errors in %(rows)s rows; the first %(listed)s are listed.",
    "mend": "Mend the red cells on sheet “%(sheet)s” and upload this file again; the last column is ignored.",
}
