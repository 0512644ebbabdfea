// `daemun trace [ID]`: the steps of one of the last requests, with their times, and what went in and came out.
import type { RequestRecord } from '#model/request-record.ts'
import { formatStory } from '#observability/request-story.ts'
import { type PageOptions, PageError, readPage } from './management-page.ts'

export interface TraceOptions extends PageOptions {
  readonly json?: boolean
}

export const run = async (requestId: string | undefined, options: TraceOptions): Promise<void> => {
  const record = await findRequest(requestId, options)
  const text = options.json === true ? `${JSON.stringify(record, undefined, 2)}\n` : storyOf(record)
  process.stdout.write(text)
}

export interface KeptRequest extends RequestRecord {
  /** Where the APIs answer. */
  readonly dataOrigin: string
}

/** The request of that id; without one the last that was answered. Throws `PageError`. */
export const findRequest = async (
  requestId: string | undefined,
  options: PageOptions,
): Promise<KeptRequest> => {
  const id = requestId ?? (await lastId(options))
  const page = await readPage(`/_daemun/requests/${encodeURIComponent(id)}`, options)
  // The gateway is this program, too: its page is what processes/request-pages.ts made.
  return page as unknown as KeptRequest
}

const lastId = async (options: PageOptions): Promise<string> => {
  const { requests } = await readPage('/_daemun/requests?limit=1', options)
  const [last] = Array.isArray(requests) ? (requests as readonly RequestRecord[]) : []
  if (last === undefined) throw new PageError('the gateway has no request to show yet')
  return last.requestId
}

const storyOf = (record: RequestRecord): string => {
  const story = formatStory(record)
  return record.messages === undefined
    ? `${story}\nBodies and headers are kept with --trace, or with a data trace of the stage.\n`
    : story
}
