"""Word files: written in the house style, and read whoever saved them."""
