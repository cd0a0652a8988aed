"""Live recording: replies and messages of venues, kept as they came, in capture files with times of receipt."""
