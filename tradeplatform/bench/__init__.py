"""`make bench`: measures the platform on this machine, everything on loopback.

What is judged are ratios and counts of one and the same run; times are told, not judged.
"""
