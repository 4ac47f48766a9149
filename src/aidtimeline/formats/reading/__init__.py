"""Files of any size: bytes (`files`), tables (`sheets`, `plaintext`, `workbooks`), XML (`xml`), JSON (`jsonstream`)."""
