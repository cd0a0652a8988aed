"""The SQL that ships with the package: views, checks and worked queries, one statement per file."""
