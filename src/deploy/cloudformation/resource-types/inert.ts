// Every type that does not exist here: a record, so that Ref and Fn::GetAtt resolve to something of the right form,
// and a line in the report with its type and name.
import type { JsonValue } from '#shared/json.ts'
import { PARTITION, URL_SUFFIX } from '#model/scope.ts'
import { memberOf } from '../../template/source.ts'
import type { Made, ResourceContext, ResourceType } from '../resource-type.ts'

interface Form {
  /** The property that names it. */
  readonly name?: string
  /** `{region}`, `{account}` and `{name}` are put in. */
  readonly arn: string
  readonly ref?: string
  readonly attributes?: Readonly<Record<string, string>>
}

const FORMS: Readonly<Record<string, Form>> = {
  'AWS::IAM::InstanceProfile': {
    name: 'InstanceProfileName',
    arn: 'iam::{account}:instance-profile/{name}',
  },
  'AWS::StepFunctions::StateMachine': {
    name: 'StateMachineName',
    arn: 'states:{region}:{account}:stateMachine:{name}',
    ref: '{arn}',
    attributes: { Name: '{name}' },
  },
  'AWS::Kinesis::Stream': { name: 'Name', arn: 'kinesis:{region}:{account}:stream/{name}' },
  'AWS::SecretsManager::Secret': {
    name: 'Name',
    arn: 'secretsmanager:{region}:{account}:secret:{name}',
    ref: '{arn}',
    attributes: { Id: '{arn}' },
  },
  'AWS::KMS::Key': {
    arn: 'kms:{region}:{account}:key/{name}',
    attributes: { KeyId: '{name}' },
  },
  'AWS::EC2::VPCEndpoint': {
    arn: 'ec2:{region}:{account}:vpc-endpoint/vpce-{id}',
    ref: 'vpce-{id}',
    attributes: { Id: 'vpce-{id}' },
  },
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
  'AWS::CertificateManager::Certificate': {
    arn: 'acm:{region}:{account}:certificate/{id}',
    ref: '{arn}',
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    name: 'Name',
    arn: 'elasticloadbalancing:{region}:{account}:loadbalancer/net/{name}/{id}',
    ref: '{arn}',
    attributes: {
      DNSName: '{name}-{id}.elb.{region}.{suffix}',
      LoadBalancerArn: '{arn}',
      LoadBalancerName: '{name}',
    },
  },
  'AWS::ElasticLoadBalancingV2::Listener': {
    arn: 'elasticloadbalancing:{region}:{account}:listener/net/{name}/{id}',
    ref: '{arn}',
    attributes: { ListenerArn: '{arn}' },
  },
  'AWS::ServiceDiscovery::Service': {
    name: 'Name',
    arn: 'servicediscovery:{region}:{account}:service/srv-{id}',
    ref: 'srv-{id}',
    attributes: { Id: 'srv-{id}', Name: '{name}' },
  },
}

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
  const form = Object.hasOwn(FORMS, context.type) ? FORMS[context.type] : undefined
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
    fill(text, arn),
  ])
  return {
    physicalId: fill(form?.ref ?? '{name}', arn),
    attributes: { Arn: arn, ...Object.fromEntries(attributes) },
  }
}
