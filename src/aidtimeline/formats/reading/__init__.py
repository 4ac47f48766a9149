"""What files hold, whatever its size: bytes (`files`), tables (`sheets`, `plaintext`, `workbooks`), XML (`xml`)."""
