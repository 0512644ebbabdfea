// Who else may invoke a function: its resource policy, statement by statement.
// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
import type {
  AddPermissionRequest,
  GetPolicyRequest,
  RemovePermissionRequest,
} from '@aws-sdk/client-lambda'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { revisionOf } from './configuration.ts'
import { checkPattern, invalidParameter, resourceConflict, resourceNotFound } from './errors.ts'
import { attachment, checkRevision } from './lookups.ts'
import { qualifiedArn } from './names.ts'
import { policyText, publishFunction } from './publish.ts'
import { policies, type PolicyRecord } from './records.ts'

/** AWS: 20 KB. [guide: gettingstarted-limits] */
const POLICY_BYTES_MAX = 20_480

export const addPermission = async (input: Shape<AddPermissionRequest>, call: WriteCall) => {
  const { StatementId: Sid = '', Action = '' } = input
  checkPattern('statementId', Sid, /^[\w-]{1,100}$/.test(Sid), '([a-zA-Z0-9-_]+)')
  const isAction = /^(?:lambda:[*]|lambda:[a-zA-Z]+|[*])$/.test(Action)
  checkPattern('action', Action, isAction, '(lambda:[*]|lambda:[a-zA-Z]+|[*])')
  const { name, qualifier, key } = await attachment(input.FunctionName, input.Qualifier, call)
  const old = await call.tx.get(policies, call, key)
  checkPolicyRevision(input.RevisionId, old)
  const statements = old?.statements ?? []
  if (statements.some((statement) => statement['Sid'] === Sid)) {
    throw resourceConflict(
      `The statement id (${Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    )
  }
  const arn = qualifiedArn(call, name, qualifier === '$LATEST' ? undefined : qualifier)
  const statement = {
    Sid,
    Effect: 'Allow',
    Principal: principalOf(input.Principal ?? ''),
    Action,
    Resource: arn,
    ...conditionsOf(input),
  }
  await put(name, key, [...statements, statement], call)
  return { Statement: JSON.stringify(statement) }
}

const put = async (
  name: string,
  key: string,
  statements: PolicyRecord['statements'],
  call: WriteCall,
): Promise<void> => {
  const record = { statements, revisionId: revisionOf(call, { key, statements }) }
  const bytes = Buffer.byteLength(policyText(record))
  if (bytes > POLICY_BYTES_MAX) {
    throw new ServiceError(
      'PolicyLengthExceededException',
      400,
      `The final policy size (${bytes}) is bigger than the limit (${POLICY_BYTES_MAX}).`,
      { Type: 'User' },
    )
  }
  if (statements.length === 0) await call.tx.delete(policies, call, key)
  else await call.tx.put(policies, call, key, record)
  await publishFunction(name, call)
}

const principalOf = (principal: string): unknown => {
  if (principal === '*') return '*'
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` }
  if (/^arn:aws[a-z-]*:(?:iam|sts)::\d{12}:/.test(principal)) return { AWS: principal }
  if (/^[a-z0-9.-]+\.(?:amazonaws\.com|amazon\.com|aws\.internal)$/.test(principal)) {
    return { Service: principal }
  }
  throw invalidParameter(
    'The provided principal was invalid. Please check the principal and try again.',
  )
}

/** AWS writes the condition keys in these cases. [exp: get-policy] */
const conditionsOf = (input: Shape<AddPermissionRequest>) => {
  const equals: Record<string, string> = {}
  if (input.SourceAccount !== undefined) equals['AWS:SourceAccount'] = input.SourceAccount
  if (input.PrincipalOrgID !== undefined) equals['aws:PrincipalOrgID'] = input.PrincipalOrgID
  if (input.EventSourceToken !== undefined) {
    equals['lambda:EventSourceToken'] = input.EventSourceToken
  }
  if (input.FunctionUrlAuthType !== undefined) {
    equals['lambda:FunctionUrlAuthType'] = input.FunctionUrlAuthType
  }
  const condition = {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(input.SourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': input.SourceArn } }),
    ...(input.InvokedViaFunctionUrl !== undefined && {
      Bool: { 'lambda:InvokedViaFunctionUrl': String(input.InvokedViaFunctionUrl) },
    }),
  }
  return Object.keys(condition).length > 0 ? { Condition: condition } : {}
}

export const removePermission = async (input: Shape<RemovePermissionRequest>, call: WriteCall) => {
  const { name, key } = await attachment(input.FunctionName, input.Qualifier, call)
  const old = await call.tx.get(policies, call, key)
  if (old === undefined) throw resourceNotFound('No policy is associated with the given resource.')
  checkPolicyRevision(input.RevisionId, old)
  const left = old.statements.filter((statement) => statement['Sid'] !== input.StatementId)
  if (left.length === old.statements.length) {
    throw resourceNotFound(`Statement ${input.StatementId} is not found in resource policy.`)
  }
  await put(name, key, left, call)
  return {}
}

export const getPolicy = async (input: Shape<GetPolicyRequest>, call: ReadCall) => {
  const { key } = await attachment(input.FunctionName, input.Qualifier, call)
  const record = await call.view.get(policies, call, key)
  if (record === undefined) throw resourceNotFound('The resource you requested does not exist.')
  return { Policy: policyText(record), RevisionId: record.revisionId }
}

/** Where there is no policy, any id is of another one. */
const checkPolicyRevision = (given: string | undefined, record: PolicyRecord | undefined): void =>
  checkRevision(given, record ?? { revisionId: '' })
