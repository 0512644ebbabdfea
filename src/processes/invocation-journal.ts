// Asynchronous invocations that functions have accepted and not done, in a SQLite file of the process that runs
// functions: made when the first one comes, or opened when a process before this one has left some.
import { existsSync } from 'node:fs'
import type { InvocationJournal, KeptInvocation } from '#lambda/event-invocations.ts'
import { type MessageFile, openMessageFile } from '#services/delivery/message-file.ts'

export interface OpenedJournal extends InvocationJournal {
  close(): Promise<void>
}

const SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS invocations (
     seq INTEGER PRIMARY KEY, request_id TEXT NOT NULL UNIQUE, accepted_ms INTEGER NOT NULL,
     request TEXT NOT NULL, payload BLOB NOT NULL)`,
]

export const openInvocationJournal = (path: string): OpenedJournal => {
  let opened: ReturnType<typeof openStatements> | undefined
  const open = (): ReturnType<typeof openStatements> => {
    opened ??= openStatements(path)
    return opened
  }
  return {
    keep: async ({ requestId, acceptedMs, request: { payload, ...request } }) => {
      const { file, insert } = open()
      await file.run(() => insert.run(requestId, acceptedMs, JSON.stringify(request), payload))
    },
    forget: async (requestId) => {
      const { file, remove } = open()
      await file.run(() => remove.run(requestId))
    },
    left: () => (existsSync(path) ? open().select.all().map(readRow) : []),
    close: async () => opened?.file.close(),
  }
}

const openStatements = (path: string) => {
  const file: MessageFile = openMessageFile(path, SCHEMA)
  const { database } = file
  return {
    file,
    insert: database.prepare(
      'INSERT INTO invocations (request_id, accepted_ms, request, payload) VALUES (?, ?, ?, ?)',
    ),
    remove: database.prepare('DELETE FROM invocations WHERE request_id = ?'),
    select: database.prepare('SELECT * FROM invocations ORDER BY seq'),
  }
}

const readRow = (row: Readonly<Record<string, unknown>>): KeptInvocation => {
  const { request_id: requestId, accepted_ms: acceptedMs, request, payload } = row
  // We wrote both.
  const kept = JSON.parse(String(request)) as Omit<KeptInvocation['request'], 'payload'>
  return {
    requestId: String(requestId),
    acceptedMs: Number(acceptedMs),
    request: { ...kept, payload: payload instanceof Uint8Array ? payload : new Uint8Array() },
  }
}
