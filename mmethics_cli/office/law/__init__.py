"""What the office may record, purely: acts on the register as it is give events, or are refused."""
