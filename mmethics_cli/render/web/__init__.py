"""Pages for a browser, and their charts."""
