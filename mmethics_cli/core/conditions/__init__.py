"""The condition language and its three truths."""
