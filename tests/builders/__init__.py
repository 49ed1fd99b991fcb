"""Builders: saved records, lawful by default; one module per feature."""
