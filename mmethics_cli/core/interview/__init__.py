"""The interview as a pure loop over questions."""
