"""What `botcore bench` measures, one module for each question."""
