"""The model: what is computed, what it costs, and how its predictions are scored."""
