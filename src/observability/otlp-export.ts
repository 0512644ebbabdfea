// One call of OTLP over HTTP with a JSON body: what logs and metrics are sent by.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp
import { DeliveryRefused } from './sinks/delivery-queue.ts'

export interface OtlpEndpoint {
  /** `http://collector:4318`, without the path of a signal. */
  readonly url: string
  /** For instance an API key of the receiver. */
  readonly headers: Readonly<Record<string, string>>
}

export type OtlpAttribute = {
  readonly key: string
  readonly value: { readonly stringValue: string } | { readonly intValue: string }
}

export const otlpText = (key: string, stringValue: string): OtlpAttribute => ({
  key,
  value: { stringValue },
})

/** What every export says of who sends. */
export const OTLP_RESOURCE = { attributes: [otlpText('service.name', 'daemun')] }

/** OTLP: these may be tried again, and no others. [specs/otlp: retryable response codes] */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])

export const exportOtlp = async (
  { url, headers }: OtlpEndpoint,
  signal: 'logs' | 'metrics' | 'traces',
  body: unknown,
  abort: AbortSignal,
): Promise<void> => {
  const response = await fetch(`${url.replace(/\/+$/, '')}/v1/${signal}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: abort,
    redirect: 'error',
  })
  await response.body?.cancel()
  if (response.ok) return
  const message = `the OTLP endpoint answers ${response.status} to ${signal}`
  throw RETRYABLE.has(response.status) ? new Error(message) : new DeliveryRefused(message)
}
