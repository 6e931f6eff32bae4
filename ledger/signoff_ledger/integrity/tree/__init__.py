"""The RFC 6962 tree over a log's lines: leaf hashes, roots and proofs."""
