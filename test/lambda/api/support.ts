// The operations on a store in memory, with a code store in a folder that goes away with the test.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { crc32 } from 'node:zlib'
import { randomIds } from '#shared/ids.ts'
import { systemClock } from '#shared/clock.ts'
import { systemRandom } from '#shared/random.ts'
import type { DirectoryEntry } from '#model/documents.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { directory } from '#store/collections.ts'
import { createMemoryStore } from '#store/memory.ts'
import { openCodeStore } from '#lambda/code-store.ts'
import type { LambdaParts } from '#lambda/api/code.ts'
import { lambdaOperations } from '#lambda/api/operations.ts'

export const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:Hello'
export const ROLE = 'arn:aws:iam::123456789012:role/any'

export const startOperations = (
  t: TestContext,
  parts: Pick<LambdaParts, 'codeBytesInAllMax'> = {},
) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'daemun-lambda-api-'))
  const store = createMemoryStore()
  const codeStore = openCodeStore({
    dataDir,
    store,
    clock: systemClock,
    onError: (error) => {
      throw error
    },
  })
  t.after(() => {
    codeStore.close()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const call = {
    accountId: '123456789012',
    region: 'us-east-1',
    requestId: 'r',
    nowMs: 7,
    ids: randomIds(systemRandom),
    store,
  }
  return {
    dataDir,
    store,
    codeStore,
    call,
    operations: lambdaOperations({ codeStore, ...parts }),
    entry: (key: string): Promise<DirectoryEntry | undefined> =>
      store.read((view) => view.get(directory, GLOBAL_SCOPE, key)),
  }
}

/** A zip archive of stored files: path → text or bytes. */
export const zipOf = (files: Readonly<Record<string, string | Uint8Array>>): Buffer => {
  const parts: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path)
    const bytes = Buffer.from(content)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    for (const [header, at] of [
      [local, 14],
      [entry, 16],
    ] as const) {
      header.writeUInt32LE(crc32(bytes), at)
      header.writeUInt32LE(bytes.length, at + 4)
      header.writeUInt32LE(bytes.length, at + 8)
      header.writeUInt16LE(name.length, at + 12)
    }
    entry.writeUInt32LE(offset, 42)
    parts.push(local, name, bytes)
    entries.push(entry, name)
    offset += local.length + name.length + bytes.length
  }
  const index = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(files).length, 8)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(index.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, index, end])
}
