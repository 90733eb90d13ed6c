"""How much a venue may be asked, and who is let in first while there is little left of it."""
