"""Two Word files become one whose differences are revisions of Word's own."""
