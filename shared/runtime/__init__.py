"""How any function runs. Knows nothing of games."""
