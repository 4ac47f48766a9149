"""Fulfilment: what was promised, what was delivered or paid of it, what is outstanding, and what is overdue.

`rows` has the question and its rows. `lots` are promises that are named together, `givers` what is given, `ledgers`
what is linked to which promises, `pools` what names none and may serve, and `matches` who kept which promise.
"""
