"""The C2SP formats: signed notes, checkpoints, cosignatures, proofs, policies."""
