"""`python -m legolab` is the command line."""

from legolab.cli import main

if __name__ == "__main__":
    main()
