"""Excel files: sheets as values, and one writer for them."""
