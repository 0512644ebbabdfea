// The source or destination of a connector: a resource of the template by its Id, or what is written about one elsewhere.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import type { SamContext } from '../context.ts'
import { own } from '../draft.ts'

export interface End {
  /** Of CloudFormation. */
  readonly type: string
  /** As the template has it: `AWS::Serverless::Function`. */
  readonly written: string
  readonly logicalId?: string
  readonly arn?: JsonValue | undefined
  readonly name?: JsonValue | undefined
  readonly queueUrl?: JsonValue | undefined
  readonly resourceId?: JsonValue | undefined
  readonly qualifier?: JsonValue | undefined
  readonly roleName?: JsonValue | undefined
}

const CLOUDFORMATION: Readonly<Record<string, string>> = {
  Api: 'AWS::ApiGateway::RestApi',
  Function: 'AWS::Lambda::Function',
  HttpApi: 'AWS::ApiGatewayV2::Api',
  SimpleTable: 'AWS::DynamoDB::Table',
  StateMachine: 'AWS::StepFunctions::StateMachine',
}

/** Types whose Ref is their ARN. */
const REF_IS_ARN = new Set(['AWS::SNS::Topic', 'AWS::StepFunctions::StateMachine'])

const IDENTIFIED_BY_REF = new Set(['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'])

/** A text says what is wrong with it. */
export const endOf = (context: SamContext, given: JsonObject): End | string => {
  const { Id: id, Qualifier: qualifier, ...others } = given
  if (id === undefined) return writtenEnd(given)
  if (Object.keys(others).length > 0) return 'give `Id` (with `Qualifier`) or the other properties'
  if (typeof id !== 'string') return '`Id` is missing or not a string'
  const resource = objectOf(context.made[id])
  if (resource === undefined) return `unable to find resource with logical ID '${id}'`
  const type = resource['Type']
  if (typeof type !== 'string') return '`Type` is missing or not a string'
  const properties = objectOf(resource['Properties']) ?? {}
  return {
    type,
    written: context.resources.get(id)?.type ?? type,
    logicalId: id,
    arn: REF_IS_ARN.has(type) ? { Ref: id } : { 'Fn::GetAtt': [id, 'Arn'] },
    name: { 'Fn::GetAtt': [id, 'Name'] },
    queueUrl: { Ref: id },
    resourceId: IDENTIFIED_BY_REF.has(type) ? { Ref: id } : { 'Fn::GetAtt': [id, 'ApiId'] },
    qualifier,
    roleName: roleNameOf(type, properties),
  }
}

const writtenEnd = (given: JsonObject): End | string => {
  const { Type: type } = given
  if (typeof type !== 'string') return '`Type` is missing or not a string'
  const known = own(CLOUDFORMATION, type.replace('AWS::Serverless::', '')) ?? type
  return {
    type: known,
    written: known,
    arn: given['Arn'],
    name: given['Name'],
    queueUrl: given['QueueUrl'],
    resourceId: given['ResourceId'],
    qualifier: given['Qualifier'],
    roleName: given['RoleName'],
  }
}

const ROLES: Readonly<Record<string, string>> = {
  'AWS::AppSync::DataSource': 'ServiceRoleArn',
  'AWS::Lambda::Function': 'Role',
  'AWS::StepFunctions::StateMachine': 'RoleArn',
}

const roleNameOf = (type: string, properties: JsonObject): JsonValue | undefined => {
  if (type === 'AWS::Events::Rule') {
    const targets = properties['Targets']
    const list: readonly JsonValue[] = Array.isArray(targets) ? targets : []
    const role = list.map((target) => memberOf(target, 'RoleArn')).find((one) => one !== undefined)
    return nameIn(role)
  }
  const property = own(ROLES, type)
  return property === undefined ? undefined : nameIn(properties[property])
}

/** The Ref of the role that an ARN is of. */
const nameIn = (role: JsonValue | undefined): JsonValue | undefined => {
  const attribute = memberOf(role, 'Fn::GetAtt')
  if (Array.isArray(attribute) && typeof attribute[0] === 'string') return { Ref: attribute[0] }
  if (typeof attribute === 'string') return { Ref: attribute.split('.')[0] ?? attribute }
  return memberOf(role, 'Ref') === undefined ? undefined : role
}
