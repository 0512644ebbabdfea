// What a request waited for, as parts of its trace: its authorizer and its backend. X-Ray calls them subsegments,
// OpenTelemetry spans; both are made of these.
import { createHash } from 'node:crypto'
import type { RequestRecord } from '#model/request-record.ts'

export interface TracePart {
  /** Sixteen hexadecimal digits, the same whenever they are asked for. */
  readonly id: string
  readonly name: string
  /** ARN of a function, or a URL. */
  readonly target?: string
  /** Milliseconds since the request arrived. */
  readonly startMs: number
  readonly durationMs: number
  readonly status?: number
  readonly requestId?: string
  readonly isFailed: boolean
}

export const partsOf = (record: RequestRecord): readonly TracePart[] => {
  const { segment, authorizer, integration } = record
  if (segment === undefined) return []
  const parts: TracePart[] = []
  const add = (name: string, part: Omit<TracePart, 'id' | 'name'>): void => {
    parts.push({ id: idOf(`${segment.id}/${name}`), name, ...part })
  }
  if (authorizer !== undefined) {
    add('Authorizer', {
      startMs: startOf(record, 'authorize'),
      durationMs: authorizer.integrationLatencyMs,
      isFailed: authorizer.integrationStatus === undefined,
      ...(authorizer.target !== undefined && { target: authorizer.target }),
      ...(authorizer.integrationStatus !== undefined && { status: authorizer.integrationStatus }),
      ...(authorizer.requestId !== undefined && { requestId: authorizer.requestId }),
    })
  }
  if (integration !== undefined) {
    const { target, status, requestId, error } = integration
    add('Integration', {
      startMs: startOf(record, 'integration', 'integrate'),
      durationMs: integration.latencyMs,
      isFailed: error !== undefined,
      ...(target !== undefined && { target }),
      ...(status !== undefined && { status }),
      ...(requestId !== undefined && { requestId }),
    })
  }
  return parts
}

/** Where the step began that asked. */
const startOf = ({ steps }: RequestRecord, ...names: readonly string[]): number =>
  steps.find(({ name }) => names.includes(name))?.startMs ?? 0

const idOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

export interface FunctionTarget {
  readonly functionName: string
  readonly region: string
  /** Of its Invoke API. */
  readonly url: string
}

/** Undefined where `target` is no function. */
export const arnFields = (target: string | undefined): FunctionTarget | undefined => {
  const [, , service, region = '', , , functionName = ''] = target?.split(':') ?? []
  if (target === undefined || service !== 'lambda') return undefined
  const url = `https://lambda.${region}.amazonaws.com/2015-03-31/functions/${target}/invocations`
  return { functionName, region, url }
}
