// Where the schema's number, the graph's revision and the applied migrations are kept. Run before every migration.
CREATE CONSTRAINT lodestar_id IF NOT EXISTS FOR (n:Lodestar) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT migration_number IF NOT EXISTS FOR (n:Migration) REQUIRE n.number IS UNIQUE;
MERGE (l:Lodestar {id: 'lodestar'}) ON CREATE SET l.schema = 0, l.revision = 0;
