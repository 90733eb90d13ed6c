"""INV-4: what an account holds is what its strategies hold plus what its owner has in it.

`judging` decides (pure), `books` says what our books hold, `checking` asks the venues and writes
what was found. A person's word about it: `adopting` says that it is the account's own, `correcting`
that it was a strategy's position. Only `checking` talks to venues.
"""
