// Events of objects, joined: what a bucket tells goes to the functions it names. Queues and topics are reached through
// the port that messages are delivered by.
import type { DeliverMessage, InvokeFunction, ObjectEvents } from '#model/ports.ts'

/** Events that wait for their function at once; what comes beyond is lost, and said. */
const EVENTS_MAX = 1_000

export const composeObjectEvents = (options: {
  /** Asked for once there are functions. */
  readonly invoke: () => InvokeFunction | undefined
  readonly deliver?: DeliverMessage
  readonly onError: (error: unknown) => void
}): ObjectEvents => {
  const { invoke, deliver, onError } = options
  let waiting = 0
  const hand = async (targetArn: string, message: string): Promise<void> => {
    if (!targetArn.includes(':lambda:')) {
      if (deliver === undefined) throw new Error(`${targetArn} is not reached here`)
      return deliver({ targetArn, body: message, attributes: {} })
    }
    const call = invoke()
    if (call === undefined) throw new Error('there are no functions yet')
    const payload = Buffer.from(message)
    const answer = await call({ functionArn: targetArn, payload, invocationType: 'Event' })
    if (answer.kind === 'refused') throw new Error(answer.message)
  }
  return ({ bucket, targetArn, message }) => {
    if (waiting >= EVENTS_MAX) {
      onError(new Error(`an event of the bucket ${bucket} is lost: ${EVENTS_MAX} are waiting`))
      return
    }
    waiting += 1
    hand(targetArn, message)
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error)
        onError(new Error(`an event of the bucket ${bucket} did not reach ${targetArn}: ${reason}`))
      })
      .finally(() => {
        waiting -= 1
      })
  }
}
