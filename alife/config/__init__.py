"""Configuration: YAML files, typed parameters, schedules, and the registry that finds classes by file name."""
