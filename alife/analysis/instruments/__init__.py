"""Instruments: what can be measured of a saved genome or a run, one file each; `report` puts them on a page."""
