"""Houses, the people in them, and everything about their stays. One folder per subject."""
