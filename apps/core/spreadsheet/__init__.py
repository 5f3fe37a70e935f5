"""Spreadsheets in and out: guarded reading, strict values, inert writing, annotated copies."""
