// What a caller is told when a function did not answer by itself: AWS's own payloads.
// [guide: lambda/latest/dg/troubleshooting-invocation, runtimes-logs-api]

/** `{"errorType":…,"errorMessage":…}` as bytes. */
export const failurePayload = (errorType: string, errorMessage: string): Uint8Array =>
  Buffer.from(JSON.stringify({ errorType, errorMessage }))

const seconds = (timeoutMs: number): string => (timeoutMs / 1000).toFixed(2)

/** The log line of a timeout; the payload has the same sentence in another dress. */
export const timeoutLine = (requestId: string, nowMs: number, timeoutMs: number): string =>
  `${new Date(nowMs).toISOString()} ${requestId} Task timed out after ${seconds(timeoutMs)} seconds`

export const timeoutPayload = (requestId: string, timeoutMs: number): Uint8Array =>
  failurePayload(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${seconds(timeoutMs)} seconds`,
  )

/** How a process ended, in the words of AWS. */
export const exitReason = (code: number | null, signal: NodeJS.Signals | null): string => {
  if (signal !== null) return `Runtime exited with error: signal: ${SIGNALS[signal] ?? signal}`
  if (code === 0) return 'Runtime exited without providing a reason'
  return `Runtime exited with error: exit status ${code}`
}

/** As Go's os package, which AWS's sandbox is written in, spells them. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
}

export const exitPayload = (
  requestId: string,
  code: number | null,
  signal: NodeJS.Signals | null,
): Uint8Array =>
  failurePayload('Runtime.ExitError', `RequestId: ${requestId} Error: ${exitReason(code, signal)}`)

export const outOfMemoryPayload = (requestId: string): Uint8Array =>
  failurePayload(
    'Runtime.OutOfMemory',
    `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
  )

export const tooLargePayload = (bytesMax: number): Uint8Array =>
  failurePayload(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${bytesMax} bytes).`,
  )
