"""The facts of one study and what the decision tables make of them."""
