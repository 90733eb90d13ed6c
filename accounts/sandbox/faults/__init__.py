"""What goes wrong on purpose between the exchange and who asks it.

Only what is told is spoiled: what the exchange has booked stays its truth, and the control API
shows it unspoiled. `plan` decides, `acting` does; nothing of it is journalled.
"""
