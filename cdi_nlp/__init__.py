"""cdi_nlp: find the offences that police free text discloses and that were never recorded."""
