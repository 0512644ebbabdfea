// Policies of a Function or StateMachine: names of managed ones, documents, and policy templates; each may be an Fn::If.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../template/source.ts'
import { fail, resolved, type SamContext, type SamResource } from './context.ts'
import { isIntrinsic } from './draft.ts'
import { fillPolicyTemplate } from './policy-templates.ts'

export interface Policies {
  readonly managed: readonly JsonValue[]
  readonly inline: readonly JsonValue[]
}

export const policiesOf = (context: SamContext, resource: SamResource): Policies => {
  const given = resolved(context, resource.properties['Policies'])
  const policies: readonly JsonValue[] =
    given === undefined ? [] : Array.isArray(given) ? given : [given]
  const managed: JsonValue[] = []
  const inline: JsonValue[] = []
  policies.forEach((policy, index) => {
    const name = `${resource.logicalId}RolePolicy${index}`
    if (typeof policy === 'string') managed.push(managedArn(policy))
    else if (isDocumentChoice(policy)) inline.push(choice(context, resource, policy, name))
    else if (isIntrinsic(policy)) managed.push(policy)
    else {
      const document = documentOf(context, resource, policy, index)
      if (document !== undefined) inline.push({ PolicyName: name, PolicyDocument: document })
    }
  })
  return { managed, inline }
}

/** An Fn::If with a document or a policy template in a branch; of managed policies it stays as it is. */
const isDocumentChoice = (policy: JsonValue): boolean => {
  const branches = memberOf(policy, 'Fn::If')
  if (!Array.isArray(branches)) return false
  return branches
    .slice(1)
    .some(
      (branch: JsonValue) => isObject(branch) && (!isIntrinsic(branch) || isDocumentChoice(branch)),
    )
}

const choice = (
  context: SamContext,
  resource: SamResource,
  policy: JsonValue,
  name: string,
): JsonValue => {
  const branches = memberOf(policy, 'Fn::If')
  if (!Array.isArray(branches)) return policy
  const [condition = '', ...rest]: readonly JsonValue[] = branches
  return {
    'Fn::If': [
      condition,
      ...rest.map((branch): JsonValue => {
        if (isDocumentChoice(branch)) return choice(context, resource, branch, name)
        if (isIntrinsic(branch) || !isObject(branch)) return branch
        const document = documentOf(context, resource, branch, 0)
        return document === undefined ? branch : { PolicyName: name, PolicyDocument: document }
      }),
    ],
  }
}

const documentOf = (
  context: SamContext,
  resource: SamResource,
  policy: JsonValue,
  index: number,
): JsonObject | undefined => {
  const object = objectOf(policy)
  if (object?.['Statement'] !== undefined) return object
  const [name, ...others] = Object.keys(object ?? {})
  const filled =
    name === undefined || others.length > 0
      ? undefined
      : fillPolicyTemplate(context.policyTemplates(), name, object?.[name] ?? null)
  if (filled?.document !== undefined) return filled.document
  const problem = filled?.problem ?? `the policy at index ${index} is not valid`
  fail(context, resource, ['Policies'], problem)
  return undefined
}

const SERVICE_ROLES = 'arn:aws:iam::aws:policy/service-role/'

/** Managed policies that live under `service-role/`. */
const SERVICE_ROLE_POLICY = /^(AWSLambda\w*(Role|RolePolicy)|AWSXrayDaemonWriteAccess\b)/

/** AWS's own policies begin so; a name that does not is left for IAM to judge. */
const OFFICIAL =
  /^(A(mazon|WS|lexa|pp|dmin|uto|rtifact)|Billing|Cloud|Comprehend|Data|FM|Global|IAM|Power|Read|Re(source|dshift)|Secrets|Security|Server|Service|Simple|Support|System|Tag|Translate|VM|View|W(ell|ork))/

const managedArn = (name: string): string => {
  if (name.startsWith('arn:') || !OFFICIAL.test(name)) return name
  return SERVICE_ROLE_POLICY.test(name)
    ? `${SERVICE_ROLES}${name}`
    : `arn:aws:iam::aws:policy/${name}`
}
