"""INV-4: what an account holds is what its strategies hold plus what its owner has in it.

`judging` decides (pure), `books` says what our books hold, `checking` asks the venues and writes
what was found, `adopting` is a person's word. Only `checking` talks to venues.
"""
