"""What follows a submission: decision, due dates, changes."""
