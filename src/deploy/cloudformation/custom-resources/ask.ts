// Asks the function of a custom resource: invokes it with AWS's event and waits for what it puts to the ResponseURL.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
import type { InvokeAnswer, InvokeFunction } from '#model/ports.ts'
import { errorMessage } from '#shared/assert.ts'
import type { Clock } from '#shared/clock.ts'
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import type { Random } from '#shared/random.ts'
import type { AnswerTicket, CustomResourceAnswers } from './answers.ts'

/** What a deployment needs to ask functions: joined in processes/. */
export interface CustomResourcePorts {
  /** Invokes a function as it is committed now. */
  readonly invoke: InvokeFunction
  readonly answers: CustomResourceAnswers
  /** The URL of a ticket's path as a function of this runtime can reach it. */
  readonly urlOf: (path: string, runtime: string | undefined) => string
  readonly clock: Clock
  readonly random: Random
}

export interface CustomResourceQuestion {
  readonly requestType: 'Create' | 'Update' | 'Delete'
  /** The function's ARN. */
  readonly serviceToken: string
  readonly runtime: string | undefined
  readonly stackId: string
  readonly logicalId: string
  readonly resourceType: string
  readonly physicalId?: string
  readonly properties: JsonObject
  readonly oldProperties?: JsonObject
  /** Seconds; absent: as long as AWS waits, and little longer than the function runs. */
  readonly serviceTimeout?: number
}

export interface CustomResourceAnswer {
  readonly physicalId: string
  readonly data: JsonObject
  readonly noEcho: boolean
}

/** What the function, or its silence, is to whoever deploys: one clear sentence. */
export class CustomResourceFailure extends Error {
  override readonly name = 'CustomResourceFailure'
  /** The resource that the function says it made before it failed. */
  readonly physicalId: string | undefined

  constructor(message: string, physicalId?: string, cause?: unknown) {
    super(message, { cause })
    this.physicalId = physicalId
  }
}

/** AWS: an hour, unless ServiceTimeout says less. [guide: aws-resource-cloudformation-customresource] */
const SERVICE_TIMEOUT_S_MAX = 3_600
/** A function that has ended and did not answer may have handed the question on; for so long that is believed. */
const AFTERWARDS_S = 30
const PHYSICAL_ID_LENGTH_MAX = 1_024

export const askCustomResource = async (
  question: CustomResourceQuestion,
  ports: CustomResourcePorts,
): Promise<CustomResourceAnswer> => {
  const ticket = ports.answers.open()
  const ended = new AbortController()
  const requestId = ports.random.uuid()
  const event = eventOf(question, requestId, ports.urlOf(ticket.path, question.runtime))
  try {
    const body = await answerOrSilence(question, event, ticket, ended, ports)
    return readAnswer(body, question, requestId)
  } finally {
    ticket.close()
    ended.abort()
  }
}

const eventOf = (question: CustomResourceQuestion, requestId: string, url: string): JsonObject => ({
  RequestType: question.requestType,
  ServiceToken: question.serviceToken,
  ResponseURL: url,
  StackId: question.stackId,
  RequestId: requestId,
  LogicalResourceId: question.logicalId,
  ResourceType: question.resourceType,
  ...(question.physicalId === undefined ? {} : { PhysicalResourceId: question.physicalId }),
  ResourceProperties: asText(question.properties),
  ...(question.oldProperties === undefined
    ? {}
    : { OldResourceProperties: asText(question.oldProperties) }),
})

/** AWS: numbers and booleans reach the function as text. */
const asText = (value: JsonValue): JsonValue => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.map((item: JsonValue) => asText(item))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, asText(member as JsonValue)]), // JSON.
  )
}

/** The first of: an answer, a function that failed, and the end of patience. */
const answerOrSilence = (
  { serviceToken, serviceTimeout, requestType }: CustomResourceQuestion,
  event: JsonObject,
  ticket: AnswerTicket,
  ended: AbortController,
  { invoke, clock }: CustomResourcePorts,
): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const patience = { timer: clock.setTimer(() => undefined, 0) }
    const waitFor = (seconds: number): void => {
      patience.timer.cancel()
      patience.timer = clock.setTimer(() => reject(silence(requestType, seconds)), seconds * 1_000)
    }
    ended.signal.addEventListener('abort', () => patience.timer.cancel())
    waitFor(Math.min(SERVICE_TIMEOUT_S_MAX, serviceTimeout ?? SERVICE_TIMEOUT_S_MAX))
    ticket.answer.then(resolve, (error: unknown) =>
      reject(new CustomResourceFailure(errorMessage(error), undefined, error)),
    )
    invoke({
      functionArn: serviceToken,
      payload: Buffer.from(JSON.stringify(event)),
      invocationType: 'RequestResponse',
      signal: ended.signal,
    }).then(
      (answer) => {
        const failure = failureOf(answer)
        if (failure !== undefined) reject(failure)
        else if (serviceTimeout === undefined && !ended.signal.aborted) waitFor(AFTERWARDS_S)
      },
      (error: unknown) => {
        if (!ended.signal.aborted) reject(error)
      },
    )
  })

const silence = (requestType: string, seconds: number): CustomResourceFailure =>
  new CustomResourceFailure(
    `the function did not answer the ${requestType} request within ${seconds} seconds: it has to PUT its answer to the ResponseURL of the event (ServiceTimeout gives it another time)`,
  )

const failureOf = (answer: InvokeAnswer): CustomResourceFailure | undefined => {
  if (answer.kind === 'refused') return new CustomResourceFailure(answer.message)
  if (answer.functionError === undefined) return undefined
  const told = Buffer.from(answer.payload).toString().slice(0, 500)
  return new CustomResourceFailure(`the function failed before it answered: ${told}`)
}

const readAnswer = (
  body: Uint8Array,
  question: CustomResourceQuestion,
  requestId: string,
): CustomResourceAnswer => {
  const answer = parsed(body)
  const { Status, Reason, PhysicalResourceId, StackId, RequestId, LogicalResourceId } = answer
  const same =
    StackId === question.stackId &&
    RequestId === requestId &&
    LogicalResourceId === question.logicalId
  if (!same) {
    throw new CustomResourceFailure(
      'the answer does not repeat the StackId, RequestId and LogicalResourceId of the event',
    )
  }
  const named = typeof PhysicalResourceId === 'string' && PhysicalResourceId !== ''
  const physicalId = named ? PhysicalResourceId.slice(0, PHYSICAL_ID_LENGTH_MAX) : undefined
  if (Status === 'FAILED') {
    throw new CustomResourceFailure(
      `Received response status [FAILED] from custom resource. Message returned: ${String(Reason ?? '')} (RequestId: ${requestId})`,
      physicalId,
    )
  }
  if (Status !== 'SUCCESS') {
    throw new CustomResourceFailure('the answer has no Status of SUCCESS or FAILED')
  }
  if (physicalId === undefined && question.requestType !== 'Delete') {
    throw new CustomResourceFailure('the answer has no PhysicalResourceId')
  }
  const data = isObject(answer['Data']) ? (answer['Data'] as JsonObject) : {} // JSON.parse made it.
  const noEcho = answer['NoEcho'] === true || answer['NoEcho'] === 'true'
  return { physicalId: physicalId ?? question.physicalId ?? '', data, noEcho }
}

const parsed = (body: Uint8Array): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString())
    if (isObject(value)) return value
  } catch (error) {
    throw new CustomResourceFailure('the answer is not JSON', undefined, error)
  }
  throw new CustomResourceFailure('the answer is not a JSON object')
}
