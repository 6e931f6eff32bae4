"""The gate: the rules of a sign-off and of an order, and the sets they form."""
