"""Sentences about a whole workbook or its head, in English; Chinese stands in locale/src/reports.json."""

OTHER_FORM = (
    "This file is the template of another report. Download the template of “%(expected)s” and use that."
)
OTHER_OWNER = (
    "The file belongs to %(value)s; this report is of %(expected)s. Use the template of %(expected)s."
)
OTHER_PERIOD = "The period in the file is “%(value)s”; this report is about %(expected)s."
NO_OWNER = "The owner's code is missing. Expected %(expected)s."
NO_PERIOD = "The period is missing. Expected %(expected)s."
OLD_VERSION = "The file was made from an earlier version of the template; what is asked now was checked."
LINE_MISSING = "The line “%(field)s” is not in the file. Download the template again."
LINE_TWICE = "The line “%(field)s” stands in the file twice (rows %(first)s and %(second)s)."
STRAY = "“%(value)s” in %(address)s stands outside of the form's cells. Move it to its line or delete it."
NO_LINES = "None of the form's lines were found. Download the template and fill that in."

FOUND = (
    "%(total)s findings: %(errors)s to correct, %(recognised)s recognised automatically, "
    "%(to_explain)s to explain."
)
"""The line above the findings; also the head of the annotated copy."""
