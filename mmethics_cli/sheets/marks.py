"""What stands in the hidden column of ids."""

from typing import Final

# Before an id, so that an id can be neither of the others.
ENTRY: Final = ":"
# A row of ours that holds no answer: title, heading, header.
NO_ENTRY: Final = "#"
