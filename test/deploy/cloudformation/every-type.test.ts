import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resourceType } from '#deploy/cloudformation/resource-types/index.ts'
import type { Collection } from '#store/store.ts'
import * as collections from '#store/collections.ts'
import { SCOPE, workspace } from '../deployment.ts'

/** All that CloudFormation has of API Gateway. source: its resource type reference, 2026-11. */
const TYPES = [
  ...'Account ApiKey Authorizer BasePathMapping BasePathMappingV2 ClientCertificate Deployment DocumentationPart DocumentationVersion DomainName DomainNameAccessAssociation DomainNameV2 GatewayResponse Method Model RequestValidator Resource RestApi Stage UsagePlan UsagePlanKey VpcLink'
    .split(' ')
    .map((name) => `AWS::ApiGateway::${name}`),
  ...'Api ApiGatewayManagedOverrides ApiMapping Authorizer Deployment DomainName Integration IntegrationResponse Model Route RouteResponse RoutingRule Stage VpcLink'
    .split(' ')
    .map((name) => `AWS::ApiGatewayV2::${name}`),
]

test('every type of API Gateway that CloudFormation has is made by its operations', () => {
  assert.equal(TYPES.length, 22 + 14)
  assert.deepEqual(
    TYPES.filter((name) => resourceType(name).inert === true),
    [],
  )
})

const DOMAINS = `
Resources:
  Certificate: {Type: AWS::CertificateManager::Certificate, Properties: {DomainName: a.example.com}}
  Endpoint: {Type: AWS::EC2::VPCEndpoint}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      Integration: {Type: MOCK}
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Api, StageName: prod}}
  Part:
    Type: AWS::ApiGateway::DocumentationPart
    Properties: {RestApiId: !Ref Api, Location: {Type: API}, Properties: '{"description":"pets"}'}
  Version:
    Type: AWS::ApiGateway::DocumentationVersion
    DependsOn: Part
    Properties: {RestApiId: !Ref Api, DocumentationVersion: "1"}
  Client: {Type: AWS::ApiGateway::ClientCertificate, Properties: {Description: ours}}
  Link: {Type: AWS::ApiGateway::VpcLink, Properties: {Name: link, TargetArns: [!Ref Balancer]}}
  Link2: {Type: AWS::ApiGatewayV2::VpcLink, Properties: {Name: link, SubnetIds: [subnet-1]}}
  Domain:
    Type: AWS::ApiGateway::DomainName
    Properties:
      DomainName: a.example.com
      RegionalCertificateArn: !Ref Certificate
      EndpointConfiguration: {Types: [REGIONAL]}
      RoutingMode: ROUTING_RULE_THEN_BASE_PATH_MAPPING
  Mapping:
    Type: AWS::ApiGateway::BasePathMapping
    DependsOn: Deployment
    Properties: {DomainName: !Ref Domain, RestApiId: !Ref Api, BasePath: v1, Stage: prod}
  Rule:
    Type: AWS::ApiGatewayV2::RoutingRule
    DependsOn: Deployment
    Properties:
      DomainNameArn: !GetAtt Domain.DomainNameArn
      Priority: 10
      Conditions: [{MatchHeaders: {AnyOf: [{Header: x-version, ValueGlob: "2*"}]}}]
      Actions: [{InvokeApi: {ApiId: !Ref Api, Stage: prod, StripBasePath: true}}]
  Private:
    Type: AWS::ApiGateway::DomainNameV2
    Properties:
      DomainName: inner.example.com
      CertificateArn: !Ref Certificate
      EndpointConfiguration: {Types: [PRIVATE]}
      Policy: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: "*", Action: execute-api:Invoke, Resource: "*"}]}
  PrivateMapping:
    Type: AWS::ApiGateway::BasePathMappingV2
    DependsOn: Deployment
    Properties: {DomainNameArn: !Ref Private, RestApiId: !Ref Api, Stage: prod}
  Association:
    Type: AWS::ApiGateway::DomainNameAccessAssociation
    Properties:
      AccessAssociationSource: !Ref Endpoint
      AccessAssociationSourceType: VPCE
      DomainNameArn: !Ref Private
  Http: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: http, ProtocolType: HTTP, Target: "https://example.com"}}
  HttpDomain:
    Type: AWS::ApiGatewayV2::DomainName
    Properties:
      DomainName: b.example.com
      DomainNameConfigurations: [{CertificateArn: !Ref Certificate, EndpointType: REGIONAL}]
  HttpMapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {ApiId: !Ref Http, DomainName: !Ref HttpDomain, Stage: $default, ApiMappingKey: v2}
Outputs:
  Arn: {Value: !GetAtt Domain.DomainNameArn}
  Regional: {Value: !GetAtt HttpDomain.RegionalDomainName}
`

test('domain names, mappings, rules, links, documentation and certificates come and go with their stack', async (t) => {
  const shop = workspace(t)
  const made = await shop.template(DOMAINS)
  assert.match(made.outputs['Arn']?.value ?? '', /:\/domainnames\/a\.example\.com$/)
  assert.match(made.outputs['Regional']?.value ?? '', /execute-api|amazonaws/)
  const count = <T>(collection: Collection<T>) =>
    shop.store.read(async (view) => (await view.list(collection, SCOPE)).length)
  const { domainNames, basePathMappings, routingRules, domainNameAccessAssociations } = collections
  assert.deepEqual(
    [
      await count(domainNames),
      await count(basePathMappings),
      await count(routingRules),
      await count(domainNameAccessAssociations),
    ],
    [3, 3, 1, 1],
  )
  const reported = made.report.filter(({ feature }) => feature.startsWith('AWS::ApiGateway'))
  assert.deepEqual(
    reported.map(({ where }) => where).sort(),
    'Association Domain HttpDomain Private'
      .split(' ')
      .map((name) => `Resources.${name}.Properties`)
      .sort(),
  )
  assert.deepEqual((await shop.template(DOMAINS)).changes, [])
  await shop.template('Resources: {Bucket: {Type: AWS::S3::Bucket}}\n')
  assert.deepEqual(
    [await count(domainNames), await count(basePathMappings), await count(routingRules)],
    [0, 0, 0],
  )
})
