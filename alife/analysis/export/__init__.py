"""Champions as files that live without this package."""
