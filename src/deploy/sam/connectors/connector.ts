// AWS::Serverless::Connector, and the Connectors attribute of any resource: the permissions between two resources.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-connector.html
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { addResource, fail, type SamContext, type SamResource } from '../context.ts'
import { type End, endOf } from './ends.ts'
import { accessOf, type Access, type Profile, profileOf } from './profiles.ts'
import { dependOnPolicy } from './dependencies.ts'

export const transformConnector = (
  context: SamContext,
  connector: SamResource,
): readonly string[] => {
  const { properties } = connector
  const refuse = (problem: string): readonly string[] => {
    fail(context, connector, [], problem)
    return []
  }
  const permissions = properties['Permissions']
  if (!Array.isArray(permissions)) return refuse('the required property `Permissions` is missing')
  if (permissions.length === 0) return refuse('`Permissions` cannot be empty')
  const given = properties['Destination']
  if (given === undefined || given === null)
    return refuse('the required property `Destination` is missing')
  const destinations: readonly JsonValue[] = Array.isArray(given) ? given : [given]
  if (destinations.length === 0) return refuse('`Destination` is an empty list')
  const source = sourceOf(context, properties)
  if (typeof source === 'string') return refuse(source)
  const made: string[] = []
  for (const [index, one] of destinations.entries()) {
    const destination = endOf(context, objectOf(one) ?? {})
    if (typeof destination === 'string') return refuse(destination)
    const suffix = Array.isArray(given) ? `Destination${index}` : ''
    const id = connect(context, connector, { source, destination, permissions, suffix })
    if (id === undefined) return made
    made.push(id)
  }
  return made
}

const sourceOf = (context: SamContext, properties: JsonObject): End | string => {
  const reference = properties['SourceReference']
  if (reference === undefined) return endOf(context, objectOf(properties['Source']) ?? {})
  if (!isObject(reference)) return '`SourceReference` should be a map'
  if (reference['Id'] !== undefined) return "`Id` shouldn't be defined in `SourceReference`"
  return endOf(context, { ...objectOf(properties['Source']), ...objectOf(reference) })
}

interface Connection {
  readonly source: End
  readonly destination: End
  readonly permissions: readonly JsonValue[]
  readonly suffix: string
}

const connect = (
  context: SamContext,
  connector: SamResource,
  connection: Connection,
): string | undefined => {
  const { source, destination, permissions } = connection
  const profile = profileOf(source.type, destination.type)
  const known = profile === undefined ? [] : accessOf(profile)
  const isTogether = profile?.makes === 'Policy' && profile.together === true
  const problem =
    profile === undefined
      ? `unable to create a connector from ${source.type} to ${destination.type}`
      : !permissions.every((access) => known.includes(access))
        ? `unsupported \`Permissions\`; valid values are ${known.join(', ')}`
        : isTogether && permissions.length < known.length
          ? `unsupported \`Permissions\`; the valid combination is ${known.join(' + ')}`
          : missing(profile, connection)
  if (profile === undefined || problem !== undefined) {
    fail(context, connector, [], problem ?? '')
    return undefined
  }
  const [end, type, properties] = resourceOf(profile, connection)
  const id = `${connector.logicalId}${end}${connection.suffix}`
  const { Metadata, ...attributes } = connector.attributes
  addResource(context, connector, id, type, properties, {
    ...attributes,
    Metadata: {
      ...objectOf(Metadata),
      'aws:sam:connectors': {
        [connector.logicalId]: {
          Source: { Type: source.written },
          Destination: { Type: destination.written },
        },
      },
    },
  })
  if (profile.makes === 'Policy' && profile.awaitedBy !== undefined) {
    dependOnPolicy(context, profile.awaitedBy, source, destination, id)
  }
  return id
}

const missing = (profile: Profile, { source, destination }: Connection): string | undefined => {
  if (profile.makes === 'Policy') {
    const owner = profile.of === 'source' ? source : destination
    if (owner.roleName === undefined)
      return `unable to get the IAM role name from the ${profile.of}`
    const other = profile.of === 'source' ? destination : source
    return other.arn === undefined ? 'an Arn is missing' : undefined
  }
  if (destination.arn === undefined) return '`Destination.Arn` is missing'
  if (profile.makes === 'LambdaPermission') return undefined
  return source.arn === undefined ? '`Source.Arn` is missing' : undefined
}

const resourceOf = (
  profile: Profile,
  { source, destination, permissions }: Connection,
): readonly [string, string, JsonObject] => {
  const arn = destination.arn ?? null
  if (profile.makes === 'Policy') {
    const owner = profile.of === 'source' ? source : destination
    const statements = (['Read', 'Write'] satisfies Access[]).flatMap((access) =>
      permissions.includes(access) ? (profile.access[access]?.(source, destination) ?? []) : [],
    )
    return [
      'Policy',
      'AWS::IAM::ManagedPolicy',
      {
        PolicyDocument: { Version: '2012-10-17', Statement: statements },
        Roles: [owner.roleName ?? null],
      },
    ]
  }
  if (profile.makes === 'LambdaPermission') {
    return [
      'WriteLambdaPermission',
      'AWS::Lambda::Permission',
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: arn,
        Principal: profile.service,
        ...profile.from(source),
      },
    ]
  }
  const isQueue = profile.makes === 'QueuePolicy'
  const statement = {
    Effect: 'Allow',
    Principal: { Service: profile.service },
    Action: isQueue ? 'sqs:SendMessage' : 'sns:Publish',
    Resource: arn,
    Condition: { ArnEquals: { 'aws:SourceArn': source.arn ?? null } },
  }
  return [
    profile.makes,
    `AWS::${isQueue ? 'SQS' : 'SNS'}::${profile.makes}`,
    {
      PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
      ...(isQueue ? { Queues: [destination.queueUrl ?? null] } : { Topics: [arn] }),
    },
  ]
}
