"""How weights follow gradients: parameter groups, optimizers, schedules."""
