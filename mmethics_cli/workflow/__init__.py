"""Use cases as functions: values in, values out; they never print, ask or exit."""
