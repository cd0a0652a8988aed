"""The tearsheet of a signal: seventeen things to know before it is believed, and one verdict."""
