"""Sheets: lists over the world to choose from."""
