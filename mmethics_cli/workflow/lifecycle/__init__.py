"""What follows a submission, as use cases: decision, due dates, later submissions, editions."""
