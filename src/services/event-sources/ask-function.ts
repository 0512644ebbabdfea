// One batch for a function: asked, and what came of it.
import type { InvokeFunction } from '#model/ports.ts'
import { errorMessage } from '#shared/assert.ts'
import { type BatchOutcome, type Mapping, outcomeOf } from './mapping.ts'

export const askFunction = async (
  invoke: InvokeFunction,
  mapping: Pick<Mapping, 'functionArn' | 'reportsFailures'>,
  records: readonly unknown[],
  ids: ReadonlySet<string>,
): Promise<BatchOutcome> => {
  try {
    const answer = await invoke({
      functionArn: mapping.functionArn,
      payload: Buffer.from(JSON.stringify({ Records: records })),
      invocationType: 'RequestResponse',
    })
    if (answer.kind === 'refused') {
      return { kind: 'failed', reason: answer.message, requestId: '' }
    }
    const { requestId } = answer
    if (answer.functionError !== undefined) {
      return { kind: 'failed', reason: 'the function failed', requestId }
    }
    if (!mapping.reportsFailures) return { kind: 'done' }
    return outcomeOf(answer.payload, ids, requestId)
  } catch (error) {
    return { kind: 'failed', reason: errorMessage(error), requestId: '' }
  }
}
