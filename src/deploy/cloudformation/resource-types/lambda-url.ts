// AWS::Lambda::Url: an endpoint of the function's own.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-url.html
import { boolean, type Input, list, named, number, structure, text } from '../properties.ts'
import type { Made, ResourceContext, ResourceType } from '../resource-type.ts'
import { arnOf, callIfThere, deleting, isOnlyRecord, keysFor } from './lambda-names.ts'

export const url: ResourceType = {
  properties: {
    AuthType: text,
    Cors: structure({
      AllowCredentials: named('AllowCredentials', boolean),
      AllowHeaders: named('AllowHeaders', list(text)),
      AllowMethods: named('AllowMethods', list(text)),
      AllowOrigins: named('AllowOrigins', list(text)),
      ExposeHeaders: named('ExposeHeaders', list(text)),
      MaxAge: named('MaxAge', number),
    }),
    InvokeMode: text,
    Qualifier: text,
    TargetFunctionArn: text,
  },
  create: (input, context) => put('CreateFunctionUrlConfig', input, context),
  update: async (input, existing, context) => {
    const same = existing.physicalId === targetOf(input, context).arn
    if (!same || existing.keys['input'] === undefined) return undefined
    return put('UpdateFunctionUrlConfig', input, context)
  },
  delete: deleting('DeleteFunctionUrlConfig'),
}

/** `Ref` gives the function's ARN, with the alias where there is one. */
const targetOf = (input: Input, context: ResourceContext) => {
  const whole = arnOf(String(input['targetFunctionArn']), context)
  const [, , , , , , name = '', inArn] = whole.split(':')
  const qualifier = input['qualifier'] === undefined ? inArn : String(input['qualifier'])
  const plain = whole.split(':').slice(0, 7).join(':')
  return { name, qualifier, arn: qualifier === undefined ? plain : `${plain}:${qualifier}` }
}

const put = async (
  operation: 'CreateFunctionUrlConfig' | 'UpdateFunctionUrlConfig',
  input: Input,
  context: ResourceContext,
): Promise<Made> => {
  const { name, qualifier, arn } = targetOf(input, context)
  const target = { FunctionName: name, ...(qualifier !== undefined && { Qualifier: qualifier }) }
  const called = isOnlyRecord(arn, context)
    ? undefined
    : await callIfThere(context, operation, {
        ...target,
        AuthType: input['authType'],
        InvokeMode: input['invokeMode'] ?? 'BUFFERED',
        Cors: input['cors'] ?? {},
      })
  const { region } = context.scope
  const FunctionUrl = String(
    called?.['FunctionUrl'] ?? `https://${context.ids.next(32)}.lambda-url.${region}.on.aws/`,
  )
  return {
    physicalId: arn,
    attributes: { FunctionArn: arn, FunctionUrl },
    ...(called !== undefined && { keys: keysFor(target) }),
  }
}
