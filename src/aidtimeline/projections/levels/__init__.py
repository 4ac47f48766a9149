"""Levels: what sources have added up themselves, beside the sums of the record.

`question` asks and has the rows, and `held` makes them. `things` are what a level is of; `finding` says which facts lie
in one, `lines` are sums over time, and `comparing` holds both against each other.
"""
