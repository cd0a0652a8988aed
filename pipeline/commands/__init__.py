"""What the command line does, one function per command; heavy imports inside."""
