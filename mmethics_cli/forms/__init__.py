"""An institution's own form: which fact a blank asks, what goes in, what was left (own forms)."""
