"""The tests. What a test module asks for by name: builders, pages, and the fixtures of conftest.py."""
