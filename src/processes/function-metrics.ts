// Invocations of functions, counted as they end: Lambda's metrics.
import type { FunctionPool } from '#lambda/function-pool.ts'
import type { InvokeAnswer } from '#model/ports.ts'
import type { MetricCollector } from '#observability/metrics/collect-metrics.ts'
import type { Clock } from '#shared/clock.ts'

export const withMetrics = (
  pool: FunctionPool,
  collector: MetricCollector | undefined,
  clock: Clock,
): FunctionPool => {
  if (collector === undefined) return pool
  const running = new Map<string, number>()
  const begin = (functionArn: string) => {
    const startMs = clock.monotonicMs()
    const concurrent = (running.get(functionArn) ?? 0) + 1
    running.set(functionArn, concurrent)
    let isEnded = false
    return (outcome: 'ran' | 'failed' | 'throttled' | 'refused'): void => {
      if (isEnded) return
      isEnded = true
      const left = (running.get(functionArn) ?? 1) - 1
      if (left === 0) running.delete(functionArn)
      else running.set(functionArn, left)
      const durationMs = clock.monotonicMs() - startMs
      if (outcome !== 'refused') {
        collector.addInvocation({ functionArn, durationMs, outcome, concurrent })
      }
    }
  }
  return {
    ...pool,
    invoke: async (request) => {
      if (request.invocationType === 'DryRun') return pool.invoke(request)
      const end = begin(request.functionArn)
      try {
        const answer = await pool.invoke(request)
        end(outcomeOf(answer))
        return answer
      } finally {
        end('failed')
      }
    },
    invokeStream: async (request) => {
      const end = begin(request.functionArn)
      try {
        const answer = await pool.invokeStream(request)
        if (answer.kind !== 'streaming') {
          end(outcomeOf(answer))
          return answer
        }
        return { ...answer, payload: endedBy(answer.payload, end) }
      } catch (error) {
        end('failed')
        throw error
      }
    },
  }
}

/** A function that is not there, or an event that is too large, is no invocation. */
const outcomeOf = (answer: InvokeAnswer): 'ran' | 'failed' | 'throttled' | 'refused' => {
  if (answer.kind === 'refused') return answer.statusCode === 429 ? 'throttled' : 'refused'
  return answer.functionError === undefined ? 'ran' : 'failed'
}

const endedBy = async function* (
  payload: AsyncIterable<Uint8Array>,
  end: (outcome: 'ran' | 'failed') => void,
): AsyncIterable<Uint8Array> {
  try {
    yield* payload
    end('ran')
  } finally {
    end('failed')
  }
}
