"""Which program made a Word or Excel file, as its properties say."""

from __future__ import annotations

from typing import Final

MADE_BY_PART: Final = "docProps/app.xml"
# The libraries' own templates name Word for Mac and Excel.
MADE_BY: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'extended-properties"><Application>mmethics</Application></Properties>'
)
