"""Word, Excel and iCalendar files; knows no fact, rule or study of ours."""
