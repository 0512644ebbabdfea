// What an `action/` or `path/` URI of an AWS integration asks a service for.
// https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html
import { lastHeader } from '../../accept/headers.ts'
import type { HttpIntegrationRequest } from '../integration-request.ts'

export interface ServiceCall {
  readonly region: string
  /** As in an endpoint prefix: `sqs`, `states`. */
  readonly service: string
  readonly kind: 'path' | 'action'
  /** After the first slash, with its stage variables put in. */
  readonly what: string
}

interface CompiledServiceCall {
  /** With a host that stands for the service. */
  readonly uri: string
  /** Adds what the service's protocol wants and the author has not mapped. */
  readonly complete: (asked: HttpIntegrationRequest) => HttpIntegrationRequest
}

export const compileServiceCall = ({ service, kind, what }: ServiceCall): CompiledServiceCall => {
  const asItIs = (asked: HttpIntegrationRequest): HttpIntegrationRequest => asked
  if (kind === 'path') {
    return { uri: `http://service.invalid/${what.replace(/^\/+/, '')}`, complete: asItIs }
  }
  const [action = '', ...more] = what.split(/[?&]/)
  const query = [`Action=${action}`, ...more].join('&')
  const uri = `http://service.invalid/?${query}`
  const protocol = JSON_SERVICES.get(service)
  if (protocol === undefined) return { uri, complete: asItIs }
  const [target, version] = protocol
  return {
    uri,
    complete: (asked) => {
      const headers = [...asked.headers]
      if (lastHeader(headers, 'x-amz-target') === undefined) {
        headers.push('X-Amz-Target', `${target}.${action}`)
      }
      setContentType(headers, `application/x-amz-json-${version}`)
      return { ...asked, headers }
    },
  }
}

/** The type that stands where nobody mapped one is not the protocol's. */
const setContentType = (headers: string[], type: string): void => {
  const at = headers.findIndex((name, index) => index % 2 === 0 && /^content-type$/i.test(name))
  if (at === -1) headers.push('Content-Type', type)
  else if (headers[at + 1] === 'application/json') headers[at + 1] = type
}

/**
 * AWS: for these `action/` sets X-Amz-Target. [behaviour.md 5.1; the prefixes are those of the services' models]
 * Not for Systems Manager, which answers in the query protocol here. [F188]
 */
const JSON_SERVICES: ReadonlyMap<string, readonly [string, '1.0' | '1.1']> = new Map([
  ['dynamodb', ['DynamoDB_20120810', '1.0']],
  ['firehose', ['Firehose_20150804', '1.1']],
  ['kinesis', ['Kinesis_20131202', '1.1']],
  ['kms', ['TrentService', '1.1']],
  ['logs', ['Logs_20140328', '1.1']],
  ['secretsmanager', ['secretsmanager', '1.1']],
  ['states', ['AWSStepFunctions', '1.0']],
  ['translate', ['AWSShineFrontendService_20170701', '1.1']],
])
