"""The papers that leave the office: what they tell, and where they are put."""
