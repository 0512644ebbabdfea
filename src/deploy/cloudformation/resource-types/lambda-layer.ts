// AWS::Lambda::LayerVersion: content in place on this machine, or in a bucket of this gateway.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversion.html
import { memberOf } from '../../template/source.ts'
import { json, list, text } from '../properties.ts'
import type { ResourceType } from '../resource-type.ts'
import { codeOf, givenCode, reportMissing, withObject } from './function-code.ts'
import { deleting } from './lambda-names.ts'

export const layerVersion: ResourceType = {
  properties: {
    CompatibleArchitectures: list(text),
    CompatibleRuntimes: list(text),
    Content: json,
    Description: text,
    LayerName: text,
    LicenseInfo: text,
  },
  create: async (input, context) => {
    const { region, accountId } = context.scope
    const name = String(input['layerName'] ?? context.logicalId)
    const code = codeOf(memberOf(context.properties, 'Content'), context, 'Content')
    let published: Readonly<Record<string, unknown>> = {}
    const missing = await withObject(code, context, async () => {
      published = await context.call('lambda', 'PublishLayerVersion', {
        LayerName: name,
        Content: givenCode(code),
        Description: input['description'],
        LicenseInfo: input['licenseInfo'],
        CompatibleRuntimes: input['compatibleRuntimes'],
        CompatibleArchitectures: input['compatibleArchitectures'],
      })
    })
    if (missing !== undefined) {
      const arn = `arn:aws:lambda:${region}:${accountId}:layer:${name}:1`
      return { physicalId: arn, attributes: { LayerVersionArn: arn }, keys: { missing } }
    }
    const arn = String(published['LayerVersionArn'])
    const version = { LayerName: name, VersionNumber: Number(published['Version']) }
    return {
      physicalId: arn,
      attributes: { LayerVersionArn: arn },
      keys: { content: JSON.stringify(code), input: JSON.stringify(version) },
    }
  },
  reportMade: reportMissing,
  isIncomplete: ({ keys }) => keys['missing'] !== undefined,
  delete: deleting('DeleteLayerVersion'),
}
