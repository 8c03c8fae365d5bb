"""Parts that instruments share."""
