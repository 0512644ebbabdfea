// Templates as people publish them: what is written around services that are not here, and what AWS leaves to chance.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { workspace } from '../deployment.ts'

it('types that do not exist here have references of their own form, so that policies may name them', async (t) => {
  const { template } = workspace(t)
  const { outputs } = await template(`
Resources:
  Jobs: {Type: AWS::Batch::JobQueue, Properties: {}}
  Graph: {Type: AWS::AppSync::GraphQLApi, Properties: {}}
  Endpoint: {Type: AWS::EC2::VPCEndpoint, Properties: {}}
  Other: {Type: AWS::Unheard::Of, Properties: {}}
  Identity: {Type: AWS::CloudFront::CloudFrontOriginAccessIdentity, Properties: {}}
  Bucket: {Type: AWS::S3::Bucket}
  Open:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {CanonicalUser: !GetAtt Identity.S3CanonicalUserId}
            Action: s3:GetObject
            Resource: !Sub '\${Bucket.Arn}/*'
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Sid: 1, Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement: [{Effect: Allow, Action: '*', Resource: [!Ref Jobs, !Sub '\${Graph}/types/*']}]
Outputs:
  Jobs: {Value: !Ref Jobs}
  Url: {Value: !GetAtt Graph.GraphQLUrl}
  Address: {Value: !Select [1, !GetAtt Other.DnsIpAddresses]}
  Zone: {Value: !Select [1, !Split [':', !Select [0, !GetAtt Endpoint.DnsEntries]]]}
  Other: {Value: !GetAtt Other.CallbackUrl}
`)
  const [jobs, url, zone, other] = ['Jobs', 'Url', 'Zone', 'Other'].map(
    (one) => outputs[one]?.value,
  )
  assert.match(String(jobs), /^arn:aws:batch:eu-west-1:123456789012:job-queue\/shop-Jobs-\w+$/)
  assert.match(String(url), /^https:\/\/\w+\.appsync-api\.eu-west-1\.amazonaws\.com\/graphql$/)
  assert.match(String(zone), /^vpce-\w+\.vpce\.eu-west-1\.amazonaws\.com$/)
  assert.match(outputs['Address']?.value ?? '', /dnsipaddresses-2$/)
  assert.match(String(other), /^https:\/\/callbackurl\.[\w-]+\.invalid$/)
})

it('an API of a stack whose definition has no title has its name from the stack', async (t) => {
  const { template } = workspace(t)
  const { apis } = await template(`
Resources:
  Named: {Type: AWS::ApiGateway::RestApi, Properties: {Name: orders, Body: {openapi: '3.0.1', info: {}, paths: {}}}}
  Http: {Type: AWS::ApiGatewayV2::Api, Properties: {Body: {openapi: '3.0.1', paths: {}}}}
`)
  assert.deepEqual(apis.map(({ name }) => name).toSorted(), ['Http', 'orders'])
})

it('AllowedPattern is a pattern of Java, bounded in time', async (t) => {
  const { template } = workspace(t)
  const of = (pattern: string, value: string) =>
    template(`
Parameters: {P: {Type: String, AllowedPattern: '${pattern}', Default: '${value}'}}
Resources: {Q: {Type: AWS::SQS::Queue}}
`)
  await of(String.raw`^(?=(.*\p{Print}){4,})[\p{Print}]{6,}$`, 'secret')
  await assert.rejects(of(String.raw`\p{Alpha}+`, 'a1'), /does not match/)
  await assert.rejects(of('(?=(a+)+b)a+', 'a'.repeat(200)), /does not match|takes too long/)
})

it('a mapping waits for the stage, and a bucket policy for the bucket, that it only names', async (t) => {
  const { template } = workspace(t)
  const { outputs } = await template(`
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Resources:
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: pages
      PolicyDocument: {Statement: [{Effect: Allow, Principal: '*', Action: s3:GetObject, Resource: 'arn:aws:s3:::pages/*'}]}
  Mapping: {Type: AWS::ApiGatewayV2::ApiMapping, Properties: {ApiId: !Ref Api, DomainName: !Ref Domain, Stage: live}}
  Domain:
    Type: AWS::ApiGatewayV2::DomainName
    Properties:
      DomainName: api.example.com
      DomainNameConfigurations: [{EndpointType: REGIONAL, CertificateArn: !Sub 'arn:aws:acm:\${AWS::Region}:\${AWS::AccountId}:certificate/x'}]
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: live, DefinitionBody: {openapi: '3.0.1', info: {}, paths: {/: {get: {x-amazon-apigateway-integration: {type: mock}}}}}}
  Fn::ForEach::Buckets: [One, [pages], {'Bucket\${One}': {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '\${One}'}}}]
Outputs:
  Arn: {Value: !GetAtt [!Sub 'Bucketpages', Arn]}
`)
  assert.equal(outputs['Arn']?.value, 'arn:aws:s3:::pages')
})
