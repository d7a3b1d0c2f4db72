"""Reading: every source becomes the same records, cut into entries, and no character of the text is lost."""
