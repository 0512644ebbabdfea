// AWS::Serverless::StateMachine: the machine, its role, its version and alias, and its events.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html
import { isObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { addResource, fail, type SamContext, type SamResource } from '../context.ts'
import { type Draft, keptAttributes, pick, tagList } from '../draft.ts'
import { given } from '../events/event.ts'
import { addRole } from '../functions/function-role.ts'
import { s3Location } from '../locations.ts'
import { aliasIdOf } from './state-machine-alias.ts'
import { definitionText } from './state-machine-definition.ts'
import { transformStateMachineEvents } from './state-machine-events.ts'

export const transformStateMachine = (context: SamContext, resource: SamResource): void => {
  const { logicalId, properties, attributes } = resource
  const definition = definitionOf(context, resource)
  if (definition === undefined) return
  const own = objectOf(properties['Tags'])
  const isPassed = properties['PropagateTags'] === true && own !== undefined
  const created = { ...own, ...(isPassed ? {} : { 'stateMachine:createdBy': 'SAM' }) }
  const tracing = objectOf(properties['Tracing'])
  const role = addRole(context, resource, {
    tags: created,
    grants: { managed: [], inline: [] },
    base: tracing?.['Enabled'] === true ? ['arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess'] : [],
    service: 'states.amazonaws.com',
  })
  const { DefinitionSubstitutions: written, ...location } = definition
  const substitutions = { ...objectOf(written), ...objectOf(properties['DefinitionSubstitutions']) }
  const substituted =
    Object.keys(substitutions).length === 0 ? {} : { DefinitionSubstitutions: substitutions }
  addResource(
    context,
    resource,
    logicalId,
    'AWS::StepFunctions::StateMachine',
    {
      ...location,
      ...substituted,
      RoleArn: role,
      ...given({
        StateMachineName: properties['Name'],
        StateMachineType: properties['Type'],
        LoggingConfiguration: properties['Logging'],
        TracingConfiguration: properties['Tracing'],
      }),
      Tags: tagList(created),
    },
    attributes,
  )
  addAlias(context, resource)
  transformStateMachineEvents(context, resource)
}

const definitionOf = (context: SamContext, resource: SamResource): Draft | undefined => {
  const { Definition: definition, DefinitionUri: uri } = resource.properties
  if (definition !== undefined && uri !== undefined) {
    fail(context, resource, [], 'specify either `Definition` or `DefinitionUri`, not both')
    return undefined
  }
  if (definition === undefined) {
    if (uri === undefined) {
      fail(context, resource, [], 'either `Definition` or `DefinitionUri` is required')
      return undefined
    }
    const members = { bucket: 'Bucket', key: 'Key', version: 'Version' }
    const location = s3Location(context, resource, 'DefinitionUri', members)
    return location === undefined ? undefined : { DefinitionS3Location: location }
  }
  if (!isObject(definition)) {
    fail(context, resource, ['Definition'], '`Definition` should be a map')
    return undefined
  }
  const { text, substitutions } = definitionText(objectOf(definition) ?? {})
  return { DefinitionString: text, DefinitionSubstitutions: substitutions }
}

const addAlias = (context: SamContext, resource: SamResource): void => {
  const { logicalId, properties, attributes } = resource
  const alias = properties['AutoPublishAlias']
  const preference = objectOf(properties['DeploymentPreference'])
  if (alias === undefined) {
    if (preference === undefined) return
    fail(context, resource, ['DeploymentPreference'], '`AutoPublishAlias` is needed with it')
    return
  }
  const kept = keptAttributes(attributes)
  const versionId = `${logicalId}Version`
  addResource(
    context,
    resource,
    versionId,
    'AWS::StepFunctions::StateMachineVersion',
    {
      StateMachineArn: { Ref: logicalId },
      StateMachineRevisionId: { 'Fn::GetAtt': [logicalId, 'StateMachineRevisionId'] },
    },
    { ...kept, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' },
  )
  const version: JsonValue = { Ref: versionId }
  addResource(
    context,
    resource,
    aliasIdOf(resource) ?? '',
    'AWS::StepFunctions::StateMachineAlias',
    {
      Name: alias,
      DeploymentPreference: {
        StateMachineVersionArn: version,
        ...(preference === undefined
          ? { Type: 'ALL_AT_ONCE' }
          : pick(preference, ['Type', 'Interval', 'Percentage', 'Alarms'])),
      },
    },
    kept,
  )
}
