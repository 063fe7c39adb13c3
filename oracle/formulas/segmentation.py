"""Losses of masks: overlap of regions."""
