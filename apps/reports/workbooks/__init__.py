"""The workbook of a report form: template, reading what comes back, annotated copy."""
