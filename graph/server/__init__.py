"""The managed local Neo4j: the real Community server without Docker and without a system Java.

`download` fetches the locked jars, `layout` lays out a home folder, `process` runs Java, `managed` is the server
that the rest of the program starts and stops. `python -m graph.server.download` is the maintainer's tool that
writes the lock files.

Neo4j Community is GPL-3.0 and Neo4j Browser has terms of its own: the user's machine fetches them from their makers'
repository, this project never redistributes them.
"""
