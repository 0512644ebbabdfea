// Lambda triggers: functions of the operator that are asked in the middle of a sign-up or a sign-in.
// https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
import type { LambdaTriggers, UserPool } from '#model/user-pool.ts'
import { isObject } from '#shared/json.ts'
import { invalidLambdaResponse, unexpectedLambda, userLambdaValidation } from './errors.ts'
import type { UserPoolParts } from './parts.ts'

export type TriggerName = Exclude<keyof LambdaTriggers, 'PreTokenGenerationConfig'>

export interface TriggerCall {
  readonly pool: UserPool
  readonly client?: { readonly ClientId: string } | undefined
  readonly user: { readonly Username: string }
  readonly trigger: TriggerName
  /** `PreSignUp_SignUp` */
  readonly source: string
  readonly request: Readonly<Record<string, unknown>>
  /** As the function finds it, for it to fill in. */
  readonly response: Readonly<Record<string, unknown>>
  readonly version?: string
  readonly functionArn?: string
}

/** AWS: a trigger answers within five seconds. [guide: Important considerations] */
const TIMEOUT_MS = 5_000
const RESPONSE_BYTES_MAX = 1024 * 1024

/** The function's response; an empty one where the pool has no such trigger. Throws what it refuses with. */
export const runTrigger = async (
  { invokeFunction, askPermission }: UserPoolParts,
  call: TriggerCall,
): Promise<Readonly<Record<string, unknown>>> => {
  const { pool, client, user, trigger, source, request, response } = call
  const functionArn = call.functionArn ?? pool.settings.LambdaConfig[trigger]
  if (functionArn === undefined) return {}
  const event = {
    version: call.version ?? '1',
    region: pool.Id.slice(0, pool.Id.indexOf('_')),
    userPoolId: pool.Id,
    userName: user.Username,
    callerContext: {
      awsSdkVersion: 'aws-sdk-unknown-unknown',
      clientId: client?.ClientId ?? 'CLIENT_ID_NOT_APPLICABLE',
    },
    triggerSource: source,
    request,
    response,
  }
  // AWS: the same words where the function is not there, for then nothing permits it. [re:Post: cognito-lambda-trigger-errors]
  const denied = () => failed(trigger, 'AccessDeniedException')
  if ((await askPermission?.(functionArn, pool)) !== undefined) throw denied()
  const answer = await invokeFunction({
    functionArn,
    payload: Buffer.from(JSON.stringify(event)),
    invocationType: 'RequestResponse',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => undefined)
  if (answer === undefined) throw failed(trigger, 'Task timed out after 5 seconds')
  if (answer.kind === 'refused') {
    const isGone = answer.errorType === 'ResourceNotFoundException'
    throw isGone ? denied() : failed(trigger, answer.errorType)
  }
  if (answer.payload.length > RESPONSE_BYTES_MAX) throw unreadable(trigger)
  const value = readJson(answer.payload)
  if (answer.functionError !== undefined) {
    const message = isObject(value) ? String(value['errorMessage'] ?? '') : ''
    throw userLambdaValidation(`${trigger} failed with error ${sentence(message)}`)
  }
  if (!isObject(value)) throw unreadable(trigger)
  return isObject(value['response']) ? value['response'] : {}
}

/** AWS ends the function's words with a full stop, and does not look whether they had one. */
const sentence = (message: string): string => `${message.slice(0, 1_000)}.`

const readJson = (payload: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'))
  } catch {
    return undefined
  }
}

const failed = (trigger: TriggerName, reason: string) =>
  unexpectedLambda(`${trigger} invocation failed due to error ${reason}.`)
const unreadable = (trigger: TriggerName) =>
  invalidLambdaResponse(`Unrecognizable lambda output for ${trigger}`)
