"""A trained model leaves for, and comes from, the places where its users live."""
