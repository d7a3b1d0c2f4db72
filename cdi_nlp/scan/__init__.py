"""Scanning whole sources: batches over processes, and the files that a scan leaves."""
