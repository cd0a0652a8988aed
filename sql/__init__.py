"""The SQL that ships with the package: views, macros, checks and worked queries, one statement per file."""
