"""Levels: what sources have added up themselves, beside the sums of the record.

`held` has the question and its rows. `things` are what a level is of; `finding` says which facts lie in one, `lines`
are sums over time, and `comparing` holds both against each other.
"""
