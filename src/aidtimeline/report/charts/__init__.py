"""Charts: what is drawn of each kind of result (`sums`, `series`, `fulfilment`, `levels`), as data.

A chart (module `parts`) has a title, panels and a caption. `bars` and `steps` draw panels with matplotlib, `paper` lays
out the figure, and `fonts` sees to it that each text can be read.
"""
