"""Text for people: tables for a terminal (`tables`), and the name that somebody may have meant (`nearest`)."""
