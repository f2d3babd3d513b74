"""Word, Excel, iCalendar and PNG files; knows no fact, rule or study of ours."""
