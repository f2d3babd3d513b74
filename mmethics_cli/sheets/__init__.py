"""The questionnaire as an Excel workbook: one layout, written and read."""
