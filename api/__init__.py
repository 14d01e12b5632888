"""HTTP and command line: parse, call one service, print or return."""
