// VpcLink of both API Gateways: where it leads is said by the setting `--upstream`.
import { list, tags, text } from '../properties.ts'
import { type ResourceType, textMember } from '../resource-type.ts'

export const vpcLink: ResourceType = {
  properties: { Description: text, Name: text, Tags: tags, TargetArns: list(text) },
  create: async (input, { call }) => {
    const id = textMember(await call('apigateway', 'CreateVpcLink', input), 'id')
    return { physicalId: id, attributes: { VpcLinkId: id } }
  },
  delete: async ({ physicalId: vpcLinkId }, { call }) => {
    await call('apigateway', 'DeleteVpcLink', { vpcLinkId })
  },
}

export const vpcLinkV2: ResourceType = {
  properties: { Name: text, SecurityGroupIds: list(text), SubnetIds: list(text), Tags: tags },
  create: async (input, { call }) => {
    const id = textMember(await call('apigatewayv2', 'CreateVpcLink', input), 'vpcLinkId')
    return { physicalId: id, attributes: { VpcLinkId: id } }
  },
  delete: async ({ physicalId: vpcLinkId }, { call }) => {
    await call('apigatewayv2', 'DeleteVpcLink', { vpcLinkId })
  },
}
