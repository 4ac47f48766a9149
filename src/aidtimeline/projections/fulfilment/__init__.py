"""Fulfilment: what was promised, what was delivered or paid of it, what is outstanding, and what is overdue.

`question` asks, `accounts` and `account` reckon the rows, and `rows` are the answer. `lots` are promises that are named
together, `givers` what is given, `ledgers` what is linked to which promises, `pools` what names none and may serve, and
`matches` who kept which promise.
"""
