"""Files as they are: bytes (`files`), tables (`sheets`, `plaintext`, `workbooks`), XML (`xml`), JSON (`jsonstream`)."""
