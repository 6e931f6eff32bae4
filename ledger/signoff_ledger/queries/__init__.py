"""Questions and their answers: one module a question, one function, one typed answer.

An answer is plain data: what `--format json` gives is the answer and nothing else. Its form is a
`TypedDict` next to the module's `SCHEMA`; from them follow the schemas in the reference.
"""
