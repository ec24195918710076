"""Grades for what a model has learned: exact on fables, with intervals, and always the same."""
