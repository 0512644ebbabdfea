// The tables of the log events' file. Times are milliseconds since the epoch.

export const TABLES = `
  CREATE TABLE IF NOT EXISTS groups (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS streams (
    id INTEGER PRIMARY KEY, "group" INTEGER NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL,
    first INTEGER, last INTEGER, ingested INTEGER, UNIQUE ("group", name)
  );
  CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, "group" INTEGER NOT NULL, stream INTEGER NOT NULL,
    at INTEGER NOT NULL, ingested INTEGER NOT NULL, bytes INTEGER NOT NULL, message TEXT NOT NULL
  );
`

export const INDEXES = `
  CREATE INDEX IF NOT EXISTS events_of_group ON events ("group", at, id);
  CREATE INDEX IF NOT EXISTS events_of_stream ON events (stream, at, id);
`
