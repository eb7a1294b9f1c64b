"""What a person types and sees: the `cis` command."""
