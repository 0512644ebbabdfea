// What a connector makes of each pair of source and destination.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/reference-sam-connector.html
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { own } from '../draft.ts'
import type { End } from './ends.ts'
import * as statements from './statements.ts'

export type Access = 'Read' | 'Write'

type Statements = (source: End, destination: End) => readonly JsonObject[]

export type Profile =
  | {
      readonly makes: 'Policy'
      /** Whose role gets it. */
      readonly of: 'source' | 'destination'
      readonly access: Readonly<Partial<Record<Access, Statements>>>
      /** Both have to be asked for. */
      readonly together?: true
      /** Who waits for the policy. */
      readonly awaitedBy?: 'source' | 'mapping'
    }
  | {
      readonly makes: 'LambdaPermission'
      readonly service: string
      readonly from: (source: End) => JsonObject
    }
  | { readonly makes: 'QueuePolicy' | 'TopicPolicy'; readonly service: string }

const FUNCTION = 'AWS::Lambda::Function'
const TABLE = 'AWS::DynamoDB::Table'
const MACHINE = 'AWS::StepFunctions::StateMachine'
const QUEUE = 'AWS::SQS::Queue'
const TOPIC = 'AWS::SNS::Topic'
const BUCKET = 'AWS::S3::Bucket'
const BUS = 'AWS::Events::EventBus'

const policy = (access: Readonly<Partial<Record<Access, Statements>>>): Profile => ({
  makes: 'Policy',
  of: 'source',
  access,
})

const permission = (service: string, from: (source: End) => JsonObject): Profile => ({
  makes: 'LambdaPermission',
  service: `${service}.amazonaws.com`,
  from,
})

const fromArn = ({ arn }: End): JsonObject => ({ SourceArn: arn ?? null })

const fromApi = ({ resourceId, qualifier }: End): JsonObject => ({
  SourceArn: {
    'Fn::Sub': [
      'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${SourceResourceId}/${SourceQualifier}',
      { SourceResourceId: resourceId ?? null, SourceQualifier: qualifier ?? '*' },
    ],
  },
})

const fromAppSync = ({ resourceId }: End): JsonObject => ({
  SourceArn: {
    'Fn::Sub': [
      'arn:${AWS::Partition}:appsync:${AWS::Region}:${AWS::AccountId}:apis/${SourceResourceId}',
      { SourceResourceId: resourceId ?? null },
    ],
  },
})

const table = policy({ Read: statements.readTable, Write: statements.writeTable })
const bucket = policy({ Read: statements.readBucket, Write: statements.writeBucket })
const toTopic = policy({ Write: statements.onArn('sns:Publish') })
const toBus = policy({ Write: statements.onArn('events:PutEvents') })
const toFunction = policy({
  Write: statements.onArn('lambda:InvokeAsync', 'lambda:InvokeFunction'),
})

const PROFILES: Readonly<Record<string, Readonly<Record<string, Profile>>>> = {
  'AWS::ApiGateway::RestApi': { [FUNCTION]: permission('apigateway', fromApi) },
  'AWS::ApiGatewayV2::Api': { [FUNCTION]: permission('apigateway', fromApi) },
  'AWS::AppSync::DataSource': {
    [FUNCTION]: policy({ Write: statements.invokeAny }),
    [TABLE]: table,
    [BUS]: toBus,
  },
  'AWS::AppSync::GraphQLApi': { [FUNCTION]: permission('appsync', fromAppSync) },
  [TABLE]: {
    [FUNCTION]: {
      makes: 'Policy',
      of: 'destination',
      access: { Read: statements.readStream },
      awaitedBy: 'mapping',
    },
  },
  'AWS::Events::Rule': {
    [TOPIC]: { makes: 'TopicPolicy', service: 'events.amazonaws.com' },
    [QUEUE]: { makes: 'QueuePolicy', service: 'events.amazonaws.com' },
    [FUNCTION]: permission('events', fromArn),
    [MACHINE]: policy({ Write: statements.onArn('states:StartExecution') }),
    [BUS]: toBus,
  },
  [FUNCTION]: {
    [TABLE]: table,
    [BUCKET]: bucket,
    [FUNCTION]: toFunction,
    [TOPIC]: toTopic,
    [BUS]: toBus,
    [QUEUE]: policy({ Read: statements.readQueue, Write: statements.writeQueue }),
    [MACHINE]: policy({ Read: statements.readMachine, Write: statements.startMachine }),
    'AWS::Location::PlaceIndex': policy({ Read: statements.readPlaces }),
  },
  [BUCKET]: {
    [FUNCTION]: permission('s3', (source) => ({
      ...fromArn(source),
      SourceAccount: { 'Fn::Sub': '${AWS::AccountId}' },
    })),
  },
  [TOPIC]: {
    [QUEUE]: { makes: 'QueuePolicy', service: 'sns.amazonaws.com' },
    [FUNCTION]: permission('sns', fromArn),
  },
  [QUEUE]: {
    [FUNCTION]: {
      makes: 'Policy',
      of: 'destination',
      together: true,
      access: { Read: statements.pollQueue, Write: statements.clearQueue },
      awaitedBy: 'mapping',
    },
  },
  [MACHINE]: {
    [FUNCTION]: toFunction,
    [TABLE]: table,
    [BUCKET]: bucket,
    [TOPIC]: toTopic,
    [BUS]: toBus,
    [QUEUE]: policy({ Write: statements.onArn('sqs:SendMessage') }),
    [MACHINE]: {
      makes: 'Policy',
      of: 'source',
      access: { Read: statements.readNested, Write: statements.startNested },
      awaitedBy: 'source',
    },
  },
}

export const profileOf = (source: string, destination: string): Profile | undefined =>
  own(own(PROFILES, source) ?? {}, destination)

export const accessOf = (profile: Profile): readonly JsonValue[] =>
  profile.makes === 'Policy' ? Object.keys(profile.access) : ['Write']
