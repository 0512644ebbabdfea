// Access log lines in a file that starts anew when it is full: `access.log`, then `access.log.1`, the one before.
// A disk that is full or slow costs lines, which are counted, and never a request.
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '#shared/clock.ts'
import { makeFolders } from '#shared/make-folders.ts'
import { createDeliveryQueue, DeliveryRefused } from './delivery-queue.ts'
import type { LogSink } from './log-sink.ts'

export interface LogFileOptions {
  readonly path: string
  readonly bytesMax: number
  /** Files that are kept, the one that is written to included. */
  readonly filesMax: number
  readonly queueBytesMax: number
  readonly clock: Clock
  readonly onFailure: (error: unknown) => void
}

const BATCH_LINES_MAX = 5_000
const BATCH_BYTES_MAX = 1024 * 1024
const LINGER_MS = 100
/** A network disk that does not answer. */
const TIMEOUT_MS = 10_000

export const createLogFile = (options: LogFileOptions): LogSink => {
  const file = new RotatingFile(options)
  const queue = createDeliveryQueue<string>({
    clock: options.clock,
    bytesMax: options.queueBytesMax,
    batchItemsMax: BATCH_LINES_MAX,
    batchBytesMax: BATCH_BYTES_MAX,
    lingerMs: LINGER_MS,
    timeoutMs: TIMEOUT_MS,
    deliver: (lines) => file.append(lines),
    onFailure: options.onFailure,
  })
  return {
    name: 'file',
    write: ({ source, events }) => {
      if (source !== 'access') return
      for (const { message } of events) queue.add(message, Buffer.byteLength(message) + 1)
    },
    get dropped() {
      return queue.dropped
    },
    close: async () => {
      await queue.close()
      await file.close()
    },
  }
}

class RotatingFile {
  readonly #options: LogFileOptions
  #handle: FileHandle | undefined
  #bytes = 0
  /** One write at a time, even where one before has been given up waiting for. */
  #last: Promise<void> = Promise.resolve()

  constructor(options: LogFileOptions) {
    this.#options = options
  }

  append(lines: readonly string[]): Promise<void> {
    const turn = this.#last.then(() => this.#append(Buffer.from(`${lines.join('\n')}\n`, 'utf8')))
    this.#last = turn.catch(() => undefined) // The queue has the error.
    return turn
  }

  async #append(text: Uint8Array): Promise<void> {
    try {
      const { bytesMax } = this.#options
      if (this.#handle !== undefined && this.#bytes + text.length > bytesMax && this.#bytes > 0) {
        await this.#rotate()
      }
      this.#handle ??= await this.#open()
      await this.#handle.appendFile(text)
      this.#bytes += text.length
    } catch (error) {
      await this.close()
      // Part of it may be written: a second try could write lines twice.
      throw new DeliveryRefused('the access log could not be written', { cause: error })
    }
  }

  async #open(): Promise<FileHandle> {
    const { path } = this.#options
    makeFolders(dirname(path))
    // Requests tell who called: nobody else on this machine is to read them.
    const handle = await open(path, 'a', 0o600)
    this.#bytes = (await handle.stat()).size
    return handle
  }

  async #rotate(): Promise<void> {
    const { path, filesMax } = this.#options
    await this.close()
    await rm(filesMax === 1 ? path : `${path}.${filesMax - 1}`, { force: true })
    for (let number = filesMax - 2; number >= 1; number--) {
      await rename(`${path}.${number}`, `${path}.${number + 1}`).catch(ignoreMissing)
    }
    if (filesMax > 1) await rename(path, `${path}.1`).catch(ignoreMissing)
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    this.#bytes = 0
    await handle?.close().catch(() => undefined) // What it had to say, the write before has said.
  }
}

const ignoreMissing = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'ENOENT') throw error
}
