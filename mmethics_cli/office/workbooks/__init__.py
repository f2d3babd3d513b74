"""Workbooks that go out to people and come back."""
