// Errors for services whose protocol is XML: their SDKs cannot read JSON, and would show a parse error instead of ours.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
import type { ServiceError } from './errors.ts'
import type { WireResponse } from './message.ts'
import { escapeXml } from './xml-value.ts'

/** The signing names of services that speak restXml or awsQuery. */
const XML_SERVICES: ReadonlySet<string> = new Set([
  'autoscaling',
  'cloudformation',
  'cloudfront',
  'ec2',
  'elasticache',
  'elasticloadbalancing',
  'email',
  'iam',
  'monitoring',
  'rds',
  'redshift',
  'route53',
  's3',
  'sns',
  'sts',
])

export const speaksXml = (service: string): boolean => XML_SERVICES.has(service)

export const xmlErrorResponse = (
  service: string,
  error: ServiceError,
  requestId: string,
): WireResponse => {
  const { code, message, statusCode } = error
  const detail = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`
  const body =
    service === 's3'
      ? `<Error>${detail}<RequestId>${requestId}</RequestId></Error>`
      : `<ErrorResponse><Error><Type>Sender</Type>${detail}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  return {
    statusCode,
    headers: ['content-type', 'application/xml', 'x-amzn-requestid', requestId],
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  }
}
