// FunctionUrlConfig: the function's own URL, and who may call it.
import { memberOf, objectOf } from '../../template/source.ts'
import { addResource, fail, resolved, type SamContext, type SamResource } from '../context.ts'
import { isIntrinsic, keptAttributes, pick } from '../draft.ts'

export const addFunctionUrl = (
  context: SamContext,
  resource: SamResource,
  alias: string | undefined,
): void => {
  const { logicalId, properties, attributes } = resource
  const config = objectOf(properties['FunctionUrlConfig'])
  if (config === undefined || isIntrinsic(properties['FunctionUrlConfig'])) return
  const auth = config['AuthType']
  const path = ['FunctionUrlConfig']
  const known = resolved(context, auth)
  if (!isIntrinsic(known) && known !== 'AWS_IAM' && known !== 'NONE') {
    fail(context, resource, path, '`AuthType` is required: NONE or AWS_IAM')
    return
  }
  const age = objectOf(config['Cors'])?.['MaxAge']
  if (age !== undefined && typeof age !== 'number' && !isIntrinsic(age)) {
    fail(context, resource, [...path, 'Cors'], '`MaxAge` must be a number')
    return
  }
  const kept = keptAttributes(attributes)
  const target = { Ref: alias ?? logicalId }
  addResource(
    context,
    resource,
    `${logicalId}Url`,
    'AWS::Lambda::Url',
    {
      TargetFunctionArn: target,
      AuthType: auth ?? null,
      ...pick(config, ['Cors', 'InvokeMode']),
    },
    kept,
  )
  if (memberOf(config, 'AuthType') !== 'NONE') return
  addResource(
    context,
    resource,
    `${logicalId}UrlPublicPermissions`,
    'AWS::Lambda::Permission',
    {
      Action: 'lambda:InvokeFunctionUrl',
      FunctionName: target,
      FunctionUrlAuthType: 'NONE',
      Principal: '*',
    },
    kept,
  )
  addResource(
    context,
    resource,
    `${logicalId}URLInvokeAllowPublicAccess`,
    'AWS::Lambda::Permission',
    {
      Action: 'lambda:InvokeFunction',
      FunctionName: target,
      InvokedViaFunctionUrl: true,
      Principal: '*',
    },
    kept,
  )
}
