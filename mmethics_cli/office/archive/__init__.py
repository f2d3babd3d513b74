"""Chapter 10, keeping documents: filed, retained, disposed of, lent."""
