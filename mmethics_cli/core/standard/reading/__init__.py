"""A pack's files read into the parts of a standard."""
