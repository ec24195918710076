"""Judges: what they are asked, by which door, and what their grades say."""
