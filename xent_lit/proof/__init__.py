"""How a law is checked: on symbols, on random numbers, and against a broken twin."""
