"""Text for people: tables for a terminal (`tables`), the nearest name (`nearest`), what is safe to print (`safe`)."""
