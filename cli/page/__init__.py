"""The page: the record in Datasette, read-only, for whoever would rather look than type.

Datasette shows tables and runs SQL; what this record needs beyond that is a plugin of it: `plugin` has the hooks, `routes` the
pages of our own, `answers` what stands on them, `templates/` how. `database` opens the record so that nobody can change it.
"""
