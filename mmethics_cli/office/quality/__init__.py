"""Chapter 11, quality: indicators of a year, counted from what the register tells."""
