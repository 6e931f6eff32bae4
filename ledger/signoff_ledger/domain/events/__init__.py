"""The events: one module an aggregate, and the catalogue of all kinds."""
