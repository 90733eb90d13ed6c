"""`make soak`: alerts through faults and kills, then the exchange's records beside ours.

A platform of its own runs in a directory of its own. What is asked, when, and what goes wrong is
drawn from a seed (`cast`, `prices`, `alerts`, `troubles`: pure); the comparison is pure as well
(`ledgers`, `comparing`). docs/soak.md tells how to read the result.
"""
