"""One module per command; each reads its arguments, gives one command and shows the answer."""
