// The registry of resource types. What is not in it is a record only.
import type { ResourceType } from '../resource-type.ts'
import {
  clientCertificate,
  documentationPart,
  documentationVersion,
} from './apigateway-documentation.ts'
import { method } from './apigateway-method.ts'
import {
  account,
  authorizer,
  gatewayResponse,
  model,
  requestValidator,
  resource,
} from './apigateway-parts.ts'
import { restApi } from './apigateway-rest-api.ts'
import { deployment, stage } from './apigateway-stage.ts'
import { apiKey, usagePlan, usagePlanKey } from './apigateway-usage.ts'
import { api } from './apigatewayv2-api.ts'
import * as v2 from './apigatewayv2-parts.ts'
import {
  identityPool,
  identityPoolPrincipalTag,
  identityPoolRoleAttachment,
} from './cognito-identity.ts'
import * as poolParts from './cognito-pool-parts.ts'
import { userPool } from './cognito-user-pool.ts'
import { customResource, isCustomResource } from './custom-resource.ts'
import { table } from './dynamodb-table.ts'
import * as domains from './domain-names.ts'
import { group, role, user, userToGroupAddition } from './iam-holders.ts'
import * as policies from './iam-policies.ts'
import { inert } from './inert.ts'
import { lambdaFunction } from './lambda-function.ts'
import { eventInvokeConfig, eventSourceMapping } from './lambda-events.ts'
import { layerVersion } from './lambda-layer.ts'
import { permission } from './lambda-permission.ts'
import { url } from './lambda-url.ts'
import { alias, version } from './lambda-versions.ts'
import { logGroup } from './log-group.ts'
import { managedOverrides } from './managed-overrides.ts'
import * as scheduler from './scheduler.ts'
import * as sns from './sns.ts'
import * as sqs from './sqs.ts'
import * as events from './events.ts'
import { nestedStack } from './nested-stack.ts'
import { bucket, bucketPolicy } from './s3-bucket.ts'
import { vpcLink, vpcLinkV2 } from './vpc-links.ts'

export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  'AWS::ApiGateway::Account': account,
  'AWS::ApiGateway::ApiKey': apiKey,
  'AWS::ApiGateway::Authorizer': authorizer,
  'AWS::ApiGateway::BasePathMapping': domains.basePathMapping,
  'AWS::ApiGateway::BasePathMappingV2': domains.privateBasePathMapping,
  'AWS::ApiGateway::ClientCertificate': clientCertificate,
  'AWS::ApiGateway::Deployment': deployment,
  'AWS::ApiGateway::DocumentationPart': documentationPart,
  'AWS::ApiGateway::DocumentationVersion': documentationVersion,
  'AWS::ApiGateway::DomainName': domains.domainName,
  'AWS::ApiGateway::DomainNameAccessAssociation': domains.accessAssociation,
  'AWS::ApiGateway::DomainNameV2': domains.privateDomainName,
  'AWS::ApiGateway::GatewayResponse': gatewayResponse,
  'AWS::ApiGateway::Method': method,
  'AWS::ApiGateway::Model': model,
  'AWS::ApiGateway::RequestValidator': requestValidator,
  'AWS::ApiGateway::Resource': resource,
  'AWS::ApiGateway::RestApi': restApi,
  'AWS::ApiGateway::Stage': stage,
  'AWS::ApiGateway::UsagePlan': usagePlan,
  'AWS::ApiGateway::UsagePlanKey': usagePlanKey,
  'AWS::ApiGateway::VpcLink': vpcLink,
  'AWS::ApiGatewayV2::Api': api,
  'AWS::ApiGatewayV2::ApiGatewayManagedOverrides': managedOverrides,
  'AWS::ApiGatewayV2::ApiMapping': domains.apiMapping,
  'AWS::ApiGatewayV2::Authorizer': v2.authorizer,
  'AWS::ApiGatewayV2::Deployment': v2.deployment,
  'AWS::ApiGatewayV2::DomainName': domains.domainNameV2,
  'AWS::ApiGatewayV2::Integration': v2.integration,
  'AWS::ApiGatewayV2::IntegrationResponse': v2.integrationResponse,
  'AWS::ApiGatewayV2::Model': v2.model,
  'AWS::ApiGatewayV2::Route': v2.route,
  'AWS::ApiGatewayV2::RouteResponse': v2.routeResponse,
  'AWS::ApiGatewayV2::RoutingRule': domains.routingRule,
  'AWS::ApiGatewayV2::Stage': v2.stage,
  'AWS::ApiGatewayV2::VpcLink': vpcLinkV2,
  'AWS::CloudFormation::Stack': nestedStack,
  'AWS::DynamoDB::Table': table,
  'AWS::Cognito::IdentityPool': identityPool,
  'AWS::Cognito::IdentityPoolPrincipalTag': identityPoolPrincipalTag,
  'AWS::Cognito::IdentityPoolRoleAttachment': identityPoolRoleAttachment,
  'AWS::Cognito::UserPool': userPool,
  'AWS::Cognito::UserPoolClient': poolParts.userPoolClient,
  'AWS::Cognito::UserPoolDomain': poolParts.userPoolDomain,
  'AWS::Cognito::UserPoolGroup': poolParts.userPoolGroup,
  'AWS::Cognito::UserPoolIdentityProvider': poolParts.userPoolIdentityProvider,
  'AWS::Cognito::UserPoolResourceServer': poolParts.userPoolResourceServer,
  'AWS::Cognito::UserPoolUser': poolParts.userPoolUser,
  'AWS::Cognito::UserPoolUserToGroupAttachment': poolParts.userPoolUserToGroupAttachment,
  'AWS::Events::EventBus': events.eventBus,
  'AWS::Events::EventBusPolicy': events.eventBusPolicy,
  'AWS::Events::Rule': events.rule,
  'AWS::IAM::Group': group,
  'AWS::IAM::GroupPolicy': policies.groupPolicy,
  'AWS::IAM::ManagedPolicy': policies.managedPolicy,
  'AWS::IAM::OIDCProvider': policies.oidcProvider,
  'AWS::IAM::Policy': policies.policy,
  'AWS::IAM::Role': role,
  'AWS::IAM::RolePolicy': policies.rolePolicy,
  'AWS::IAM::User': user,
  'AWS::IAM::UserPolicy': policies.userPolicy,
  'AWS::IAM::UserToGroupAddition': userToGroupAddition,
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Lambda::Alias': alias,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfig,
  'AWS::Lambda::EventSourceMapping': eventSourceMapping,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::LayerVersion': layerVersion,
  'AWS::Lambda::Permission': permission,
  'AWS::Lambda::Url': url,
  'AWS::Lambda::Version': version,
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': bucketPolicy,
  'AWS::Scheduler::Schedule': scheduler.schedule,
  'AWS::Scheduler::ScheduleGroup': scheduler.scheduleGroup,
  'AWS::SNS::Subscription': sns.subscription,
  'AWS::SNS::Topic': sns.topic,
  'AWS::SNS::TopicPolicy': sns.topicPolicy,
  'AWS::SQS::Queue': sqs.queue,
  'AWS::SQS::QueueInlinePolicy': sqs.queueInlinePolicy,
  'AWS::SQS::QueuePolicy': sqs.queuePolicy,
}

export const resourceType = (name: string): ResourceType =>
  (Object.hasOwn(RESOURCE_TYPES, name) ? RESOURCE_TYPES[name] : undefined) ??
  (isCustomResource(name) ? customResource : inert)
