"""Public archives on the loopback interface: their layouts with made-up content, and what goes wrong with them."""
