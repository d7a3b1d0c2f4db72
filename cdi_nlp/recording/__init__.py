"""From what is disclosed to what should have been recorded, and what of that was not."""
