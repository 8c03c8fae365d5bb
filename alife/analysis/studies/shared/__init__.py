"""Parts that studies share."""
