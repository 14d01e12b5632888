"""The command line: `lodestar`."""
