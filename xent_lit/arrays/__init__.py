"""How arrays enter, in the order of the rooms: symbols, door, values, blocks, checks, draws, units."""
