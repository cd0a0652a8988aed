"""What formats share: wrappings, lines, CSV, numbers, times, and records as frames."""
