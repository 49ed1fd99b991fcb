"""Journeys: whole lives through the pages, each by the people whose work it is."""
