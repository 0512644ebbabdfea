// Where the results of asynchronous invocations go: destinations get a record of the invocation, dead-letter queues
// get the event itself. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
import { errorMessage } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import type { AsynchronousSettings } from '#model/function.ts'
import type { DeliverMessage, InvokeFunction } from '#model/ports.ts'
import type { EventResult } from './event-invocations.ts'

export interface ResultContext {
  readonly settings: AsynchronousSettings
  readonly deadLetterArn: string | undefined
  /** `$LATEST` or the number of the version that ran. */
  readonly executedVersion: string
  readonly nowMs: number
  readonly invoke: InvokeFunction
  /** Absent: nothing but functions can be told. */
  readonly deliver: DeliverMessage | undefined
  readonly onNotice: (text: string) => void
}

/** Tells everyone who wants to know. Never rejects: what could not be told is a notice. */
export const reportResult = async (result: EventResult, context: ResultContext): Promise<void> => {
  const { settings, deadLetterArn, onNotice } = context
  const isSuccess = result.condition === 'Success'
  const destination = isSuccess ? settings.onSuccess : settings.onFailure
  if (!isSuccess) {
    onNotice(`the asynchronous invocation ${result.requestId} was given up: ${result.reason}`)
  }
  const telling: Promise<void>[] = []
  if (destination !== undefined && destination !== '') {
    const body = JSON.stringify(invocationRecord(result, context))
    telling.push(send(destination, body, {}, context))
  }
  if (!isSuccess && deadLetterArn !== undefined) {
    const event = Buffer.from(result.request.payload).toString()
    telling.push(send(deadLetterArn, event, deadLetterAttributes(result), context))
  }
  for (const told of await Promise.allSettled(telling)) {
    if (told.status === 'rejected') onNotice(errorMessage(told.reason))
  }
}

const send = async (
  targetArn: string,
  body: string,
  attributes: Readonly<Record<string, string>>,
  { invoke, deliver }: ResultContext,
): Promise<void> => {
  if (/^arn:[^:]+:lambda:/.test(targetArn)) {
    const answer = await invoke({
      functionArn: targetArn,
      payload: Buffer.from(body),
      invocationType: 'Event',
    })
    if (answer.kind === 'answered') return
    throw new Error(`the destination ${targetArn} did not take the event: ${answer.message}`)
  }
  if (deliver === undefined) {
    throw new Error(
      `the result of an asynchronous invocation was not sent to ${targetArn}: its service is not provided here`,
    )
  }
  await deliver({ targetArn, body, attributes })
}

/** AWS's record. [guide: invocation-async-retain-records, "invocation record"] */
const invocationRecord = (result: EventResult, context: ResultContext) => {
  const { request, requestId, condition, invokeCount, response } = result
  const { executedVersion, nowMs } = context
  return {
    version: '1.0',
    timestamp: new Date(nowMs).toISOString(),
    requestContext: {
      requestId,
      functionArn: withQualifier(request.functionArn),
      condition,
      approximateInvokeCount: invokeCount,
    },
    requestPayload: jsonOf(request.payload),
    ...(response !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion,
        ...(response.failed && { functionError: 'Unhandled' }),
      },
      responsePayload: jsonOf(response.payload),
    }),
  }
}

const withQualifier = (arn: string): string => (arn.split(':').length > 7 ? arn : `${arn}:$LATEST`)

/** AWS: RequestID, ErrorCode and ErrorMessage, whose first kilobyte is told. [guide: invocation-async-retain-records] */
const deadLetterAttributes = ({ requestId, response, reason }: EventResult) => {
  const error = response === undefined ? undefined : jsonOf(response.payload)
  const message = isObject(error) ? String(error['errorMessage'] ?? '') : reason
  return {
    RequestID: requestId,
    ErrorCode: response === undefined ? '429' : '200',
    ErrorMessage: message.slice(0, 1024),
  }
}

const jsonOf = (payload: Uint8Array): unknown => {
  const text = Buffer.from(payload).toString()
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return text
  }
}
