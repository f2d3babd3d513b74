"""The desk: what waits, what is due, for a screen, a calendar and a browser."""
