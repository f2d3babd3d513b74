"""Pure rendering: values and template texts in, bytes out."""
