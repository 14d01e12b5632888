// A revision has one number, a chunk of the known state one place. (Community has uniqueness for links too, but only of a
// property that the link carries: one drawn by hand carries none of ours, so it would not keep anybody from drawing it twice.)
CREATE CONSTRAINT revision_number IF NOT EXISTS FOR (n:Revision) REQUIRE n.number IS UNIQUE;
CREATE CONSTRAINT known_rows_id IF NOT EXISTS FOR (n:KnownRows) REQUIRE n.id IS UNIQUE;
