// One call in flight: its single time limit, the client's abort, the retry on a stale connection, and undici's
// callbacks. What is done with the answer is the half that whole and streamed calls differ in.
import type { Dispatcher } from 'undici'
import type { Clock, Timer } from '#shared/clock.ts'
import { type FlatHeaders, UpstreamError, type UpstreamRequest } from './contract.ts'
import { breaksLine, HeaderNames, HOP_BY_HOP_NAMES, headerValue, isHeader } from './headers.ts'
import { upstreamError } from './upstream-errors.ts'
import type { Origin, Origins } from './upstream-origins.ts'

/** May be sent twice without harm. [RFC 9110 9.2.2] */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PUT',
  'TRACE',
])
/** Interim answers (1xx) before the final one; more are a flood. */
const INTERIM_MAX = 16

export abstract class UpstreamCall implements Dispatcher.DispatchHandler {
  protected readonly request: UpstreamRequest
  protected controller: Dispatcher.DispatchController | undefined
  /** Nothing that happens from now on is of interest to the caller. */
  protected isOver = false
  readonly #origins: Origins
  readonly #reject: (error: UpstreamError) => void
  #origin: Origin | undefined
  #timer: Timer | undefined
  #interim = 0
  #isConnected = false
  #isAnswered = false
  #isRetried = false

  constructor(request: UpstreamRequest, origins: Origins, reject: (error: UpstreamError) => void) {
    this.request = request
    this.#origins = origins
    this.#reject = reject
  }

  /** The final answer's head. */
  protected abstract begin(statusCode: number, headers: FlatHeaders): void
  protected abstract receive(chunk: Buffer): void
  protected abstract end(): void

  start(clock: Clock): void {
    const { signal, timeoutMs } = this.request
    if (signal?.aborted === true) {
      this.fail(new UpstreamError('aborted', 'the call was aborted'))
      return
    }
    signal?.addEventListener('abort', this)
    this.#timer = clock.setTimer(
      () => this.fail(new UpstreamError('timeout', `no answer within ${timeoutMs} ms`)),
      timeoutMs,
    )
    this.#dispatch()
  }

  /** Ends the call with an error, wherever it is. */
  fail(error: UpstreamError): void {
    if (this.isOver) return
    this.settle()
    this.#reject(error)
    this.controller?.abort(error)
  }

  /** The limits of the call no longer apply. */
  protected settle(): void {
    this.isOver = true
    this.stopTimer()
    this.request.signal?.removeEventListener('abort', this)
  }

  protected stopTimer(): void {
    this.#timer?.cancel()
  }

  /** The signal's event: an object listens, not a closure for each call. */
  handleEvent(): void {
    this.fail(new UpstreamError('aborted', 'the call was aborted'))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown here, a call that was given up while it waited costs its connection nothing.
    if (this.isOver) throw new UpstreamError('aborted', 'the call is over')
    this.controller = controller
    this.#isConnected = true
  }

  onResponseStarted(): void {
    this.#isAnswered = true
  }

  onResponseStart(controller: Dispatcher.DispatchController, statusCode: number): void {
    if (this.isOver) return
    if (statusCode < 200) {
      this.#interim += 1
      if (statusCode === 101) this.#break('upgraded the protocol unasked')
      else if (this.#interim > INTERIM_MAX) this.#break('sent too many interim answers')
      return
    }
    const headers = flatHeaders(controller.rawHeaders)
    if (headers === undefined) this.#break('sent a broken header')
    else if (this.#declaresTooMuch(statusCode, headers)) this.tooLarge()
    else this.begin(statusCode, headers)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.isOver) this.receive(chunk)
  }

  onResponseEnd(): void {
    this.#finished()
    if (!this.isOver) this.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#finished()
    if (this.isOver) return
    if (this.#mayRetry(error)) {
      this.#isRetried = true
      this.#isConnected = false
      this.controller = undefined
      this.#dispatch()
    } else this.fail(upstreamError(error, this.#isConnected))
  }

  protected tooLarge(): void {
    this.fail(
      new UpstreamError(
        'too-large',
        `answered with more than ${this.request.responseBytesMax} bytes`,
      ),
    )
  }

  #declaresTooMuch(statusCode: number, headers: FlatHeaders): boolean {
    const { method, responseBytesMax } = this.request
    if (method === 'HEAD' || statusCode === 204 || statusCode === 304) return false
    return Number(headerValue(headers, 'content-length')) > responseBytesMax
  }

  #break(what: string): void {
    this.fail(new UpstreamError('protocol', `the upstream ${what}`))
  }

  #mayRetry(error: Error): boolean {
    return (
      !this.#isRetried &&
      !this.#isAnswered &&
      IDEMPOTENT.has(this.request.method) &&
      this.#origins.isStale(error)
    )
  }

  #dispatch(): void {
    const { method, path, body = null } = this.request
    try {
      const origin = this.#origins.of(this.request)
      this.#origin = origin
      origin.inFlight += 1
      const { serverName: servername } = origin
      // Told a name, undici does not take the Host header's, which would cost a connection at each change.
      const options = { method, path, headers: requestHeaders(this.request), body, servername }
      origin.pool.dispatch(options, this)
    } catch (error) {
      this.fail(upstreamError(error, false))
    }
  }

  /** The pool is done with the request; it says so once for each dispatch. */
  #finished(): void {
    if (this.#origin === undefined) return
    this.#origin.inFlight -= 1
    this.#origin = undefined
  }
}

/** The caller's headers without what belongs to the connection, whoever put it in; the last Host. */
const requestHeaders = ({ headers }: UpstreamRequest): string[] => {
  const sent: string[] = []
  let host: string | undefined
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const value = headers[at + 1] ?? ''
    if (isHeader(name, 'host')) host = value
    else if (!NOT_SENT.has(name)) sent.push(name, asBytes(value))
  }
  if (host !== undefined) sent.push('host', host)
  return sent
}

const NOT_SENT = new HeaderNames([...HOP_BY_HOP_NAMES, 'expect'])

/** Header text beyond Latin-1 is sent as its UTF-8 bytes. */
const asBytes = (value: string): string =>
  BEYOND_LATIN1.test(value) ? Buffer.from(value).toString('latin1') : value

const BEYOND_LATIN1 = /[\u0100-\uffff]/

/** Order and case of the wire; undefined where a line could be broken in two by one. */
const flatHeaders = (raw: Dispatcher.DispatchController['rawHeaders']): FlatHeaders | undefined => {
  if (!Array.isArray(raw)) return undefined
  const flat: string[] = []
  for (const bytes of raw) {
    const text = typeof bytes === 'string' ? bytes : bytes.toString('latin1')
    if (breaksLine(text)) return undefined
    flat.push(text)
  }
  return flat
}
