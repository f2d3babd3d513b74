"""What is lacking and what contradicts; findings as values."""
