"""Instruments: measurements of a saved genome or a run, one file each; `report` puts their findings on a page."""
