"""What results are handed in as: a module for each format, and for each kind of data frame.

Those of files take frames (`aidtimeline.report.frame`) or a page, and give a text or bytes. A new format is a module
here, and a row of `FORMATS` in `aidtimeline.report`.
"""
