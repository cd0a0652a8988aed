"""Files of public archives, a vendor and venues' REST history: brought here as they are, checked, never twice."""
