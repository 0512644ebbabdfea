// A link of HTTP APIs into a private network.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/vpclinks-vpclinkid.html

export interface VpcLinkV2 {
  readonly vpcLinkId: string
  readonly name: string
  readonly createdDate: number
  readonly subnetIds: readonly string[]
  readonly securityGroupIds: readonly string[]
  readonly vpcLinkStatus: 'AVAILABLE' | 'DELETING' | 'FAILED' | 'INACTIVE' | 'PENDING'
  readonly vpcLinkStatusMessage: string
  readonly vpcLinkVersion: 'V2'
  readonly tags?: Readonly<Record<string, string>>
}
