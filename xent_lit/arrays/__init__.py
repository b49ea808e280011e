"""How arrays enter: types, symbols, door, values, blocks, checks, draws, units, in this order."""
