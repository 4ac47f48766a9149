"""`python -m aidtimeline` is the command line, also where its program is not on the path."""

from aidtimeline.cli import main

if __name__ == "__main__":
    main()
