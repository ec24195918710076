"""How a model learns: the module, the loop around it, what it saves and what it says."""
