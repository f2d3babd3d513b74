"""One way to word a value, one way to read what a person typed."""
