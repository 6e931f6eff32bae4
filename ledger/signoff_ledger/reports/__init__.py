"""Reports: what a person is given to read, as pure functions of data, the same bytes each time."""
