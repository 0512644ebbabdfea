// Errors for services whose protocol is XML: their SDKs cannot read JSON, and would show a parse error instead of ours.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
import type { ServiceError } from './errors.ts'
import { headerOf, type WireRequest, type WireResponse } from './message.ts'
import { escapeXml } from './xml-value.ts'

/** The signing names of services that speak restXml. */
const REST_XML: ReadonlySet<string> = new Set(['cloudfront', 'route53', 's3', 's3express'])

/** Of a service that is not here we know the name alone; its call shows the protocol: awsQuery sends forms. */
export const speaksXml = (service: string, { headers }: Pick<WireRequest, 'headers'>): boolean =>
  REST_XML.has(service) ||
  (headerOf(headers, 'content-type') ?? '').startsWith('application/x-www-form-urlencoded')

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
