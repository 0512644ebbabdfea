// Auth.ResourcePolicy of an AWS::Serverless::Api as an IAM policy: per method, what its lists allow and deny.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import { resolved, type SamContext, type SamResource } from '../context.ts'
import { ANY_METHOD } from './methods.ts'
import type { PathItem } from './routes.ts'

/** The statements of the API's policy; undefined where it asks for none. */
export const resourcePolicy = (
  context: SamContext,
  resource: SamResource,
  items: readonly PathItem[],
): JsonValue | undefined => {
  const whole = objectOf(memberOf(resource.properties['Auth'], 'ResourcePolicy'))
  const stage = resource.properties['StageName'] ?? 'Prod'
  const statements: JsonValue[] = []
  const routes = items.flatMap(({ operations }) => operations.map(({ event }) => event))
  for (const event of routes) {
    if (event === undefined) continue
    const { path, method } = event
    const own = objectOf(memberOf(event.properties['Auth'], 'ResourcePolicy'))
    const verb = method === ANY_METHOD ? '*' : method.toUpperCase()
    const place = {
      'Fn::Sub': [`execute-api:/\${__Stage__}/${verb}${path}`, { __Stage__: stage }],
    }
    for (const policy of [whole, own]) {
      if (policy !== undefined) statements.push(...statementsOf(context, policy, place))
    }
  }
  const custom = whole?.['CustomStatements']
  if (custom === undefined && statements.length === 0) return undefined
  if (statements.length === 0) return custom
  const customs = custom === undefined ? [] : Array.isArray(custom) ? custom : [custom]
  return [...customs, ...statements]
}

const statementsOf = (
  context: SamContext,
  policy: JsonObject,
  place: JsonValue,
): readonly JsonValue[] => {
  const list = (name: string): readonly JsonValue[] | undefined => {
    const value = policy[name]
    if (value === undefined) return undefined
    return (Array.isArray(value) ? value : [value]).map(
      (item: JsonValue) => resolved(context, item) ?? null,
    )
  }
  const statement = (effect: string, principal: JsonValue, condition?: JsonValue): JsonValue => ({
    Action: 'execute-api:Invoke',
    ...(condition === undefined ? {} : { Condition: condition }),
    Effect: effect,
    Principal: principal,
    Resource: [place],
  })
  const accounts = list('AwsAccountWhitelist')
  const refused = list('AwsAccountBlacklist')
  const denials: JsonValue[] = []
  const ranges = [
    ['IpRangeWhitelist', 'NotIpAddress'],
    ['IpRangeBlacklist', 'IpAddress'],
  ] as const
  for (const [name, operator] of ranges) {
    const values = list(name)
    if (values !== undefined) denials.push({ [operator]: { 'aws:SourceIp': values } })
  }
  const sources = [
    ['Whitelist', 'StringNotEquals'],
    ['Blacklist', 'StringEquals'],
  ] as const
  for (const [end, operator] of sources) {
    const values = list(`SourceVpc${end}`) ?? []
    const isEndpoint = (value: JsonValue) => typeof value === 'string' && value.startsWith('vpce-')
    const networks = [
      ...values.filter((value) => !isEndpoint(value)),
      ...(list(`IntrinsicVpc${end}`) ?? []),
    ]
    const endpoints = [...values.filter(isEndpoint), ...(list(`IntrinsicVpce${end}`) ?? [])]
    if (networks.length + endpoints.length === 0) continue
    denials.push({
      [operator]: {
        ...(networks.length === 0 ? {} : { 'aws:SourceVpc': networks }),
        ...(endpoints.length === 0 ? {} : { 'aws:SourceVpce': endpoints }),
      },
    })
  }
  return [
    ...(accounts === undefined ? [] : [statement('Allow', { AWS: accounts })]),
    ...(refused === undefined ? [] : [statement('Deny', { AWS: refused })]),
    ...(denials.length === 0 ? [] : [statement('Allow', '*')]),
    ...denials.map((condition) => statement('Deny', '*', condition)),
  ]
}
