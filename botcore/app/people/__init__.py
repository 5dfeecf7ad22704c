"""A person's data: found wherever it is kept, given out, and erased."""
