// Where function code finds AWS: `AWS_ENDPOINT_URL` for all of it, `AWS_ENDPOINT_URL_{SERVICE}` for what is elsewhere.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html

/** Endpoint prefixes whose service id, which the variable is named after, is another word. */
const SERVICE_IDS: Readonly<Record<string, string>> = {
  'cognito-idp': 'COGNITO_IDENTITY_PROVIDER',
  'execute-api': 'APIGATEWAYMANAGEMENTAPI',
  apigateway: 'API_GATEWAY',
  elasticloadbalancing: 'ELASTIC_LOAD_BALANCING_V2',
  email: 'SES',
  events: 'EVENTBRIDGE',
  logs: 'CLOUDWATCH_LOGS',
  monitoring: 'CLOUDWATCH',
  secretsmanager: 'SECRETS_MANAGER',
  states: 'SFN',
  streams: 'DYNAMODB_STREAMS',
}

/** `dynamodb` → `AWS_ENDPOINT_URL_DYNAMODB`, `states` → `AWS_ENDPOINT_URL_SFN`. */
const endpointVariable = (service: string): string =>
  `AWS_ENDPOINT_URL_${SERVICE_IDS[service] ?? service.toUpperCase().replaceAll(/[ -]/g, '_')}`

export const endpointVariables = (
  endpointUrl: string | undefined,
  endpointUrls: Readonly<Record<string, string>>,
): Record<string, string> => ({
  ...(endpointUrl !== undefined && { AWS_ENDPOINT_URL: endpointUrl }),
  ...s3Address(endpointUrl),
  ...Object.fromEntries(
    Object.entries(endpointUrls).map(([service, url]) => [endpointVariable(service), url]),
  ),
})

/** SDKs put a bucket's name before the endpoint's, and not every machine finds `bucket.localhost`: before an address they do not. */
const s3Address = (endpointUrl: string | undefined): Record<string, string> =>
  endpointUrl !== undefined && /^http:\/\/localhost(?=[:/]|$)/.test(endpointUrl)
    ? { AWS_ENDPOINT_URL_S3: endpointUrl.replace('localhost', '127.0.0.1') }
    : {}
