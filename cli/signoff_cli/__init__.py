"""The command line of signoff: words for people, JSON for machines, one exit code per meaning."""
