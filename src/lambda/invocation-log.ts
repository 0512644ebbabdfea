// The lines around an invocation, as CloudWatch Logs shows them, and the tail of them that an answer may carry.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
import type { FunctionDocument } from '#model/function.ts'

/** One line of a function's log; it contains line breaks where the function wrote a text of several lines at once. */
export interface FunctionLogLine {
  readonly functionArn: string
  readonly functionName: string
  readonly logStreamName: string
  /** Absent outside an invocation: during initialization, or from work left over. */
  readonly requestId?: string
  readonly line: string
}

/** Never throws and never waits. */
export type OnFunctionLog = (line: FunctionLogLine) => void

/** AWS: "the last 4 KB of the execution log". */
const TAIL_BYTES_MAX = 4096

/** Keeps the last 4 KB of what was added. */
export class LogTail {
  readonly #lines: string[] = []
  #characters = 0

  add(line: string): void {
    this.#lines.push(line)
    this.#characters += line.length + 1
    while (
      this.#lines.length > 1 &&
      this.#characters - (this.#lines[0]?.length ?? 0) > TAIL_BYTES_MAX
    ) {
      this.#characters -= (this.#lines.shift()?.length ?? 0) + 1
    }
  }

  text(): string {
    const bytes = Buffer.from(`${this.#lines.join('\n')}\n`)
    return bytes.length <= TAIL_BYTES_MAX
      ? bytes.toString()
      : bytes.subarray(bytes.length - TAIL_BYTES_MAX).toString()
  }
}

export const startLine = (requestId: string, version = '$LATEST'): string =>
  `START RequestId: ${requestId} Version: ${version}`

export const endLine = (requestId: string): string => `END RequestId: ${requestId}`

export interface Report {
  readonly requestId: string
  readonly durationMs: number
  readonly memorySize: number
  readonly maxMemoryUsedBytes: number
  /** Present for the first invocation of a process. */
  readonly initDurationMs?: number
  readonly status?: 'timeout' | 'error'
  readonly errorType?: string
}

export const reportLine = (report: Report): string => {
  const { requestId, durationMs, memorySize, maxMemoryUsedBytes, initDurationMs } = report
  const billedMs = Math.ceil(durationMs + (initDurationMs ?? 0)) // AWS: initialization is billed. [2025-08]
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs} ms`,
    `Memory Size: ${memorySize} MB`,
    `Max Memory Used: ${Math.ceil(maxMemoryUsedBytes / 1_048_576)} MB`,
  ]
  if (initDurationMs !== undefined) fields.push(`Init Duration: ${initDurationMs.toFixed(2)} ms`)
  if (report.status !== undefined) fields.push(`Status: ${report.status}`)
  if (report.errorType !== undefined) fields.push(`Error Type: ${report.errorType}`)
  return `${fields.join('\t')}\t`
}

export const initStartLine = (runtimeVersion: string): string =>
  `INIT_START Runtime Version: ${runtimeVersion}`

/** `2026/11/21/[$LATEST]0123…`: a stream per process. */
export const logStreamName = (nowMs: number, processId: string, version = '$LATEST'): string =>
  `${new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/')}/[${version}]${processId}`

export const logGroupName = (document: FunctionDocument): string =>
  `/aws/lambda/${document.FunctionName}`

/** Turns the bytes of stdout or stderr into lines. A line without end is cut at `LINE_BYTES_MAX`. */
export const lineSplitter = (onLine: (line: string) => void): ((chunk: Buffer) => void) => {
  const decoder = new TextDecoder()
  let rest = ''
  return (chunk) => {
    rest += decoder.decode(chunk, { stream: true })
    let start = 0
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n', start)) {
      onLine(unfolded(rest.slice(start, end)))
      start = end + 1
    }
    rest = rest.slice(start)
    if (rest.length > LINE_CHARACTERS_MAX) {
      onLine(unfolded(rest))
      rest = ''
    }
  }
}

/** AWS: a log event has at most 256 KB. */
const LINE_CHARACTERS_MAX = 256 * 1024

/** The bootstraps write a text of several lines with `\r` between them, so that it stays one log event. */
const unfolded = (line: string): string =>
  line.includes('\r') ? line.replace(/\r$/, '').replaceAll('\r', '\n') : line
