"""Pure meaning: values, conditions, decisions, completeness; imports nothing but itself."""
