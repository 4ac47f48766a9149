"""Sums with bounds: counts of things and sums of money, also over time.

`counting` has the questions, and `summing` their fold. `cells` weighs facts that may report the same; `overlapping`
says which these are. `tables` are the results of one day. `series` has every day: `moving` weighs it, and `trees` what
moves in it.
"""
