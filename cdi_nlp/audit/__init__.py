"""The audit: how much is not being recorded, with an honest interval. The unit is the crime, not the record."""
