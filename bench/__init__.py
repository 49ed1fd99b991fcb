"""How fast the fund is, measured beside the raw engines and its peers; README.md says how to read it. Never a test."""
