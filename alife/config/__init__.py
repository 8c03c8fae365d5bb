"""Configuration: YAML files, typed parameters, schedules, and the registry that finds entries by file name."""
