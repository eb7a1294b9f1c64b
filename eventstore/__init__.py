"""The log: what can happen (`events`), when (`dates`), in which order (`log`), unaltered (`integrity`)."""
