"""Who said what to whom: associations, exchanges, and the messages that belong to them."""
