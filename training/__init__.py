"""Training: the corpus, and what is fitted to it. It imports cdi_nlp and is never imported by it."""
