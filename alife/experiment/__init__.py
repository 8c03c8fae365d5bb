"""One run of a configuration: its parts, its folder, its end, and how it is opened again."""
