"""Values that may be vague: dates and days (`dates`, `edtf`), quantities and money (`amounts`, `currencies`)."""
