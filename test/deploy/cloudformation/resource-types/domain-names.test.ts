import assert from 'node:assert/strict'
import { it } from 'node:test'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { directory, vpcLinks, vpcLinksV2 } from '#store/collections.ts'
import { restTemplate, SCOPE, workspace } from '../../deployment.ts'

const CERTIFICATE = 'arn:aws:acm:eu-west-1:123456789012:certificate/abc'

const PARTS = `
  Certificate: {Type: AWS::CertificateManager::Certificate, Properties: {DomainName: a.example.com}}
  One:
    Type: AWS::ApiGateway::DomainName
    Properties:
      DomainName: a.example.com
      RegionalCertificateArn: {Ref: Certificate}
      EndpointConfiguration: {Types: [REGIONAL]}
      RoutingMode: ROUTING_RULE_THEN_BASE_PATH_MAPPING
  Two:
    Type: AWS::ApiGatewayV2::DomainName
    Properties:
      DomainName: b.example.com
      DomainNameConfigurations: [{CertificateArn: ${CERTIFICATE}, EndpointType: REGIONAL}]
      Tags: {team: pets}
  Mapping:
    Type: AWS::ApiGateway::BasePathMapping
    Properties: {DomainName: {Ref: One}, RestApiId: {Ref: Api}, Stage: {Ref: Stage}, BasePath: v1}
  Rule:
    Type: AWS::ApiGatewayV2::RoutingRule
    Properties:
      DomainNameArn: {Fn::GetAtt: [One, DomainNameArn]}
      Priority: 7
      Conditions: [{MatchHeaders: {AnyOf: [{Header: x-beta, ValueGlob: 'on*'}]}}]
      Actions: [{InvokeApi: {ApiId: {Ref: Api}, Stage: {Ref: Stage}, StripBasePath: true}}]
  Private:
    Type: AWS::ApiGateway::DomainNameV2
    Properties:
      {DomainName: p.example.com, CertificateArn: ${CERTIFICATE}, EndpointConfiguration: {Types: [PRIVATE]}}
  PrivateMapping:
    Type: AWS::ApiGateway::BasePathMappingV2
    Properties: {DomainNameArn: {Ref: Private}, RestApiId: {Ref: Api}, Stage: {Ref: Stage}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network}}
  Link: {Type: AWS::ApiGateway::VpcLink, Properties: {Name: one, TargetArns: [{Ref: Balancer}]}}
  LinkTwo: {Type: AWS::ApiGatewayV2::VpcLink, Properties: {Name: two, SubnetIds: [subnet-1]}}
Outputs:
  Address: {Value: {Fn::GetAtt: [Two, RegionalDomainName]}}
`

it('domain names, mappings, rules and links are made and taken away with their stack', async (t) => {
  const space = workspace(t)
  const deployed = await space.template(restTemplate(undefined, PARTS))
  const entries = async () => {
    const rows = await space.store.read((view) => view.list(directory, GLOBAL_SCOPE))
    return rows.map(({ value }) => value).filter((entry) => entry.kind === 'domain-name')
  }
  const [one, two, ...others] = await entries()
  assert.equal(others.length, 0)
  assert.equal(two?.domainName, 'b.example.com')
  assert.deepEqual(
    one?.mappings.map(({ basePath, stage }) => [basePath, stage]),
    [['v1', 'test']],
  )
  assert.deepEqual(
    one.routingRules.map(({ priority, actions }) => [
      priority,
      actions[0]?.invokeApi.stripBasePath,
    ]),
    [[7, true]],
  )
  assert.match(
    JSON.stringify(deployed.outputs['Address']),
    /"d-\w+\.execute-api\.eu-west-1\.amazonaws\.com"/,
  )
  const links = await space.store.read(async (view) => [
    ...(await view.list(vpcLinks, SCOPE)).map(({ value }) => value.targetArns[0]),
    ...(await view.list(vpcLinksV2, SCOPE)).map(({ value }) => value.name),
  ])
  assert.match(links[0] ?? '', /^arn:aws:elasticloadbalancing:.*:loadbalancer\/net\//)
  assert.equal(links[1], 'two')
  assert.ok(deployed.report.some(({ feature }) => feature === 'AWS::ApiGateway::DomainNameV2'))

  await space.template(restTemplate())
  assert.deepEqual(await entries(), [])
})
