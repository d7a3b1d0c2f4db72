"""`python -m cdi_nlp` is `cdi`."""

from cdi_nlp.cli import main

if __name__ == "__main__":
    main()
