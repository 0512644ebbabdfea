// Every type that does not exist here: a record, so that Ref and Fn::GetAtt resolve to something of the right form,
// and a line in the report with its type and name.
import type { JsonValue } from '#shared/json.ts'
import { PARTITION, URL_SUFFIX } from '#model/scope.ts'
import { memberOf } from '../../template/source.ts'
import type { Made, ResourceContext, ResourceType } from '../resource-type.ts'
import { inertForm } from './inert-forms.ts'

/** Types whose absence nobody who calls an API can notice; still reported, in other words. */
const EFFECTS: Readonly<Record<string, string>> = {
  'AWS::IAM::AccessKey':
    'not made here: a stack would have to keep its secret. Make one: aws iam create-access-key',
}

export const inert: ResourceType = {
  inert: true,
  report: (context) => {
    const { report, logicalId, type } = context
    // It does nothing on AWS either: CDK counts with it.
    if (type === 'AWS::CDK::Metadata') return
    const effect = EFFECTS[type] ?? 'not provided here: only its name exists'
    report(['Resources', logicalId], type, effect)
  },
  create: async (_input, context) => record(context),
  update: async (_input, existing) => existing,
  delete: async () => {},
}

const record = (context: ResourceContext): Made => {
  const form = inertForm(context.type)
  const { region, accountId } = context.scope
  const id = context.ids.next(9)
  const given: JsonValue | undefined =
    form?.name === undefined ? undefined : memberOf(context.properties, form.name)
  const name = typeof given === 'string' ? given : `${context.stackName}-${context.logicalId}-${id}`
  const service = (context.type.split('::')[1] ?? 'service').toLowerCase()
  const pattern = form?.arn ?? `${service}:{region}:{account}:{name}`
  const fill = (text: string, arn = ''): string =>
    text.replaceAll(/\{(\w+)\}/g, (whole, key: string) => {
      const values: Record<string, string> = {
        region,
        account: accountId,
        name,
        id,
        arn,
        suffix: URL_SUFFIX,
      }
      return values[key] ?? whole
    })
  const arn = `arn:${PARTITION}:${fill(pattern)}`
  const attributes = Object.entries(form?.attributes ?? {}).map(([key, text]) => [
    key,
    typeof text === 'string' ? fill(text, arn) : text.map((item) => fill(item, arn)),
  ])
  return {
    physicalId: fill(form?.ref ?? '{name}', arn),
    attributes: { Arn: arn, ...Object.fromEntries(attributes) },
  }
}
