// What `Ref` and `Fn::GetAtt` give for types that do not exist here: policies ask for ARNs, other properties take names
// apart, so the form counts though nothing stands behind it. Each as its page of the reference says ("Return values").
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html

export interface InertForm {
  /** The property that names it. */
  readonly name?: string
  /** `{region}`, `{account}`, `{name}`, `{id}` and `{suffix}` are put in. */
  readonly arn: string
  /** What `Ref` gives, where it is not the name; `{arn}` may stand in it. */
  readonly ref?: string
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>
}

const HOST = '{name}-{id}.{region}.{suffix}'

const ARN = '{arn}'

const load = 'elasticloadbalancing:{region}:{account}:'

const FORMS: Readonly<Record<string, InertForm>> = {
  'AWS::ACMPCA::CertificateAuthority': {
    arn: 'acm-pca:{region}:{account}:certificate-authority/{id}',
    ref: ARN,
  },
  'AWS::AppSync::Api': {
    arn: 'appsync:{region}:{account}:apis/{id}',
    ref: ARN,
    attributes: {
      ApiId: '{id}',
      ApiArn: ARN,
      'Dns.Http': '{id}.appsync-api.{region}.{suffix}',
      'Dns.Realtime': '{id}.appsync-realtime-api.{region}.{suffix}',
    },
  },
  'AWS::AppSync::GraphQLApi': {
    arn: 'appsync:{region}:{account}:apis/{id}',
    ref: ARN,
    attributes: {
      ApiId: '{id}',
      GraphQLDns: '{id}.appsync-api.{region}.{suffix}',
      GraphQLUrl: 'https://{id}.appsync-api.{region}.{suffix}/graphql',
      RealtimeUrl: 'wss://{id}.appsync-realtime-api.{region}.{suffix}/graphql',
    },
  },
  'AWS::Batch::ComputeEnvironment': {
    name: 'ComputeEnvironmentName',
    arn: 'batch:{region}:{account}:compute-environment/{name}',
    ref: ARN,
  },
  'AWS::Batch::JobDefinition': {
    name: 'JobDefinitionName',
    arn: 'batch:{region}:{account}:job-definition/{name}:1',
    ref: ARN,
  },
  'AWS::Batch::JobQueue': {
    name: 'JobQueueName',
    arn: 'batch:{region}:{account}:job-queue/{name}',
    ref: ARN,
  },
  'AWS::Bedrock::Agent': {
    arn: 'bedrock:{region}:{account}:agent/{id}',
    ref: '{id}',
    attributes: { AgentArn: ARN, AgentId: '{id}' },
  },
  'AWS::Bedrock::KnowledgeBase': {
    arn: 'bedrock:{region}:{account}:knowledge-base/{id}',
    ref: '{id}',
    attributes: { KnowledgeBaseArn: ARN, KnowledgeBaseId: '{id}' },
  },
  'AWS::CertificateManager::Certificate': {
    arn: 'acm:{region}:{account}:certificate/{id}',
    ref: ARN,
  },
  'AWS::CloudFront::Distribution': {
    arn: 'cloudfront::{account}:distribution/{id}',
    ref: '{id}',
    attributes: { Id: '{id}', DomainName: '{id}.cloudfront.net' },
  },
  'AWS::EC2::EIP': {
    arn: 'ec2:{region}:{account}:elastic-ip/eipalloc-{id}',
    ref: '192.0.2.1',
    attributes: { AllocationId: 'eipalloc-{id}', PublicIp: '192.0.2.1' },
  },
  'AWS::EC2::Instance': {
    arn: 'ec2:{region}:{account}:instance/i-{id}',
    ref: 'i-{id}',
    attributes: {
      InstanceId: 'i-{id}',
      PrivateDnsName: 'ip-192-0-2-2.{region}.compute.internal',
      PrivateIp: '192.0.2.2',
      PublicDnsName: 'ec2-192-0-2-3.{region}.compute.{suffix}',
      PublicIp: '192.0.2.3',
    },
  },
  'AWS::EC2::InternetGateway': {
    arn: 'ec2:{region}:{account}:internet-gateway/igw-{id}',
    ref: 'igw-{id}',
  },
  'AWS::EC2::NatGateway': { arn: 'ec2:{region}:{account}:natgateway/nat-{id}', ref: 'nat-{id}' },
  'AWS::EC2::RouteTable': { arn: 'ec2:{region}:{account}:route-table/rtb-{id}', ref: 'rtb-{id}' },
  'AWS::EC2::SecurityGroup': {
    arn: 'ec2:{region}:{account}:security-group/sg-{id}',
    ref: 'sg-{id}',
    attributes: { GroupId: 'sg-{id}' },
  },
  'AWS::EC2::Subnet': {
    arn: 'ec2:{region}:{account}:subnet/subnet-{id}',
    ref: 'subnet-{id}',
    attributes: { SubnetId: 'subnet-{id}' },
  },
  'AWS::EC2::VPC': {
    arn: 'ec2:{region}:{account}:vpc/vpc-{id}',
    ref: 'vpc-{id}',
    attributes: { VpcId: 'vpc-{id}' },
  },
  'AWS::EC2::VPCEndpoint': {
    arn: 'ec2:{region}:{account}:vpc-endpoint/vpce-{id}',
    ref: 'vpce-{id}',
    attributes: {
      Id: 'vpce-{id}',
      DnsEntries: ['Z{id}:vpce-{id}.vpce.{region}.{suffix}'],
      NetworkInterfaceIds: ['eni-{id}', 'eni-{id}b', 'eni-{id}c'],
    },
  },
  'AWS::ECR::Repository': {
    name: 'RepositoryName',
    arn: 'ecr:{region}:{account}:repository/{name}',
    attributes: { RepositoryUri: '{account}.dkr.ecr.{region}.{suffix}/{name}' },
  },
  'AWS::ECS::Cluster': { name: 'ClusterName', arn: 'ecs:{region}:{account}:cluster/{name}' },
  'AWS::ECS::Service': {
    name: 'ServiceName',
    arn: 'ecs:{region}:{account}:service/{name}',
    ref: ARN,
    attributes: { Name: '{name}', ServiceArn: ARN },
  },
  'AWS::ECS::TaskDefinition': {
    name: 'Family',
    arn: 'ecs:{region}:{account}:task-definition/{name}:1',
    ref: ARN,
    attributes: { TaskDefinitionArn: ARN },
  },
  'AWS::ElasticLoadBalancingV2::Listener': {
    arn: `${load}listener/net/{name}/{id}`,
    ref: ARN,
    attributes: { ListenerArn: ARN },
  },
  'AWS::ElasticLoadBalancingV2::ListenerRule': {
    arn: `${load}listener-rule/app/{name}/{id}`,
    ref: ARN,
    attributes: { RuleArn: ARN },
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    name: 'Name',
    arn: `${load}loadbalancer/net/{name}/{id}`,
    ref: ARN,
    attributes: {
      DNSName: '{name}-{id}.elb.{region}.{suffix}',
      LoadBalancerArn: ARN,
      LoadBalancerFullName: 'net/{name}/{id}',
      LoadBalancerName: '{name}',
    },
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    name: 'Name',
    arn: `${load}targetgroup/{name}/{id}`,
    ref: ARN,
    attributes: {
      TargetGroupArn: ARN,
      TargetGroupFullName: 'targetgroup/{name}/{id}',
      TargetGroupName: '{name}',
    },
  },
  'AWS::Events::ApiDestination': {
    name: 'Name',
    arn: 'events:{region}:{account}:api-destination/{name}/{id}',
  },
  'AWS::Events::Connection': {
    name: 'Name',
    arn: 'events:{region}:{account}:connection/{name}/{id}',
    attributes: { SecretArn: 'arn:aws:secretsmanager:{region}:{account}:secret:{name}-{id}' },
  },
  'AWS::IAM::InstanceProfile': {
    name: 'InstanceProfileName',
    arn: 'iam::{account}:instance-profile/{name}',
  },
  'AWS::KMS::Key': {
    arn: 'kms:{region}:{account}:key/{name}',
    attributes: { KeyId: '{name}' },
  },
  'AWS::Kinesis::Stream': { name: 'Name', arn: 'kinesis:{region}:{account}:stream/{name}' },
  'AWS::KinesisFirehose::DeliveryStream': {
    name: 'DeliveryStreamName',
    arn: 'firehose:{region}:{account}:deliverystream/{name}',
  },
  'AWS::MSK::Cluster': {
    name: 'ClusterName',
    arn: 'kafka:{region}:{account}:cluster/{name}/{id}',
    ref: ARN,
  },
  'AWS::MSK::ServerlessCluster': {
    name: 'ClusterName',
    arn: 'kafka:{region}:{account}:cluster/{name}/{id}',
    ref: ARN,
  },
  'AWS::OpenSearchServerless::Collection': {
    name: 'Name',
    arn: 'aoss:{region}:{account}:collection/{id}',
    ref: '{id}',
    attributes: {
      Id: '{id}',
      CollectionEndpoint: 'https://{id}.{region}.aoss.{suffix}',
    },
  },
  'AWS::OpenSearchService::Domain': {
    name: 'DomainName',
    arn: 'es:{region}:{account}:domain/{name}',
    attributes: { DomainArn: ARN, DomainEndpoint: 'search-{name}-{id}.{region}.es.{suffix}' },
  },
  'AWS::Pipes::Pipe': { name: 'Name', arn: 'pipes:{region}:{account}:pipe/{name}' },
  'AWS::RDS::DBCluster': {
    name: 'DBClusterIdentifier',
    arn: 'rds:{region}:{account}:cluster:{name}',
    attributes: { DBClusterArn: ARN, 'Endpoint.Address': HOST, 'Endpoint.Port': '3306' },
  },
  'AWS::RDS::DBInstance': {
    name: 'DBInstanceIdentifier',
    arn: 'rds:{region}:{account}:db:{name}',
    attributes: { DBInstanceArn: ARN, 'Endpoint.Address': HOST, 'Endpoint.Port': '3306' },
  },
  'AWS::RDS::DBProxy': {
    name: 'DBProxyName',
    arn: 'rds:{region}:{account}:db-proxy:prx-{id}',
    attributes: { DBProxyArn: ARN, Endpoint: HOST },
  },
  'AWS::Route53::HostedZone': {
    arn: 'route53:::hostedzone/Z{id}',
    ref: 'Z{id}',
    attributes: { Id: 'Z{id}' },
  },
  'AWS::SecretsManager::Secret': {
    name: 'Name',
    arn: 'secretsmanager:{region}:{account}:secret:{name}',
    ref: ARN,
    attributes: { Id: ARN },
  },
  'AWS::ServiceDiscovery::Service': {
    name: 'Name',
    arn: 'servicediscovery:{region}:{account}:service/srv-{id}',
    ref: 'srv-{id}',
    attributes: { Id: 'srv-{id}', Name: '{name}' },
  },
  'AWS::StepFunctions::Activity': {
    name: 'Name',
    arn: 'states:{region}:{account}:activity:{name}',
    ref: ARN,
    attributes: { Name: '{name}' },
  },
  'AWS::StepFunctions::StateMachine': {
    name: 'StateMachineName',
    arn: 'states:{region}:{account}:stateMachine:{name}',
    ref: ARN,
    attributes: { Name: '{name}' },
  },
  'AWS::WAFv2::WebACL': {
    name: 'Name',
    arn: 'wafv2:{region}:{account}:regional/webacl/{name}/{id}',
    ref: '{name}|{id}|REGIONAL',
    attributes: { Id: '{id}' },
  },
}

export const inertForm = (type: string): InertForm | undefined =>
  Object.hasOwn(FORMS, type) ? FORMS[type] : undefined

/** An attribute that no form names: something that reads like one. */
export const inertAttribute = (
  { physicalId, attributes }: { physicalId: string; attributes: Readonly<Record<string, unknown>> },
  attribute: string,
): string | readonly string[] => {
  if (/arn$/i.test(attribute)) return String(attributes['Arn'] ?? physicalId)
  const name = (physicalId.split(/[:/]/).at(-1) ?? physicalId).replaceAll('|', '-')
  const suffix = attribute.replaceAll('.', '-').toLowerCase()
  if (/ur[il]$/i.test(attribute)) return `https://${suffix}.${name.toLowerCase()}.invalid`
  const text = `${physicalId}-${suffix}`
  return LISTS.test(attribute) ? [`${text}-1`, `${text}-2`, `${text}-3`] : text
}

/** Names of attributes that are lists: `Fn::Select` takes them apart. */
const LISTS = /(Addresses|AvailabilityZones|CidrBlocks|Endpoints|Entries|Ids|NameServers)$/
