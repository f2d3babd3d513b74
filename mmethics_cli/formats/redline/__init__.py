"""Two Word files become one whose differences are revisions (tracked changes) of Word's own.

The steps, each a module: `pairing` aligns the blocks of both bodies and the rows of their tables;
`words` compares a pair of paragraphs token by token; `merging` writes the old side into the new
one as `w:ins` and `w:del`; `carry` brings along the styles, numberings, notes, pictures and
relations that only the old file has. `redline` is the face and sees to headers and footers;
`changes` goes the same way and lists the differences for people.
"""
