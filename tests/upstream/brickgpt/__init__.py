"""Stands where the published package would."""
