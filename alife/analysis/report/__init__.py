"""The report: findings of instruments as one HTML page."""
