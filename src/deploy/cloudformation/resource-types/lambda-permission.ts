// AWS::Lambda::Permission: a statement of a function's resource policy.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
import { boolean, text } from '../properties.ts'
import type { ResourceType } from '../resource-type.ts'
import { arnOf, callIfThere, deleting, isOnlyRecord, keysFor } from './lambda-names.ts'

/** Input member → the operation's. */
const MEMBERS: Readonly<Record<string, string>> = {
  action: 'Action',
  eventSourceToken: 'EventSourceToken',
  functionUrlAuthType: 'FunctionUrlAuthType',
  invokedViaFunctionUrl: 'InvokedViaFunctionUrl',
  principal: 'Principal',
  principalOrgID: 'PrincipalOrgID',
  sourceAccount: 'SourceAccount',
  sourceArn: 'SourceArn',
}

const STATEMENT_ID_LENGTH_MAX = 100

export const permission: ResourceType = {
  properties: {
    Action: text,
    EventSourceToken: text,
    FunctionName: text,
    FunctionUrlAuthType: text,
    InvokedViaFunctionUrl: boolean,
    Principal: text,
    PrincipalOrgID: text,
    SourceAccount: text,
    SourceArn: text,
  },
  create: async (input, context) => {
    const suffix = context.ids.next(12)
    const prefix = `${context.stackName}-${context.logicalId}`
    const id = `${prefix.slice(0, STATEMENT_ID_LENGTH_MAX - suffix.length - 1)}-${suffix}`
    const arn = arnOf(String(input['functionName']), context)
    const [, , , , , , name = '', Qualifier] = arn.split(':')
    const made = { physicalId: id, attributes: { Id: id } }
    if (isOnlyRecord(arn, context)) return made
    const named = {
      FunctionName: name,
      StatementId: id,
      ...(Qualifier !== undefined && { Qualifier }),
    }
    const members = Object.entries(MEMBERS).flatMap(([member, operationMember]) =>
      input[member] === undefined ? [] : [[operationMember, input[member]]],
    )
    const added = await callIfThere(context, 'AddPermission', {
      ...named,
      ...Object.fromEntries(members),
    })
    if (added === undefined) {
      context.report(
        [...context.path, 'FunctionName'],
        `function ${name}`,
        'not here: recorded only',
      )
      return made
    }
    return { ...made, keys: keysFor(named) }
  },
  delete: deleting('RemovePermission'),
}
