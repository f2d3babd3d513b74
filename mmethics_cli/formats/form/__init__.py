"""Word and Excel forms of other people: their blanks, and how a blank is filled."""
