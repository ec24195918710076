"""Trained runs over HTTP: an interface like OpenAI's, and a page to read in."""
