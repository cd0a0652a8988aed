"""What each signal claims about the price, written down before anyone looks: the claims a tearsheet judges."""
