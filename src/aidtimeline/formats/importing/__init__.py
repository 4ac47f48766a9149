"""What is new in a file, against what the log has from it already: `importer` begins, `working` does, `known` knows."""
