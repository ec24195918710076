"""Rules that find places where a story could read otherwise, and would be the worse for it."""
