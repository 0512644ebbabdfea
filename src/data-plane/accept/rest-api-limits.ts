// What a REST API takes in at all: 10 MB of body, 20,480 bytes of header values, an ARN of 1,600 bytes.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
import { METHOD_ARN_BYTES_MAX, REST_API_HEADER_BYTES_MAX } from '#model/quotas.ts'
import { executeApiArn } from '#model/arn.ts'
import { GatewayFailure, type RestStagePlan } from '../plan.ts'
import { headerBytes } from './headers.ts'
import { admitDeclaredBody, type GatewayRequest } from './request.ts'

export const admitRestRequestSize = (request: GatewayRequest, stage: RestStagePlan): void => {
  const { http, address, method } = request
  admitDeclaredBody(http)
  if (headerBytes(http.headers) > REST_API_HEADER_BYTES_MAX) {
    throw new GatewayFailure('DEFAULT_4XX', 'Request Header Fields Too Large', {
      statusCode: 431,
      hint: `the headers are over ${REST_API_HEADER_BYTES_MAX} bytes`,
    })
  }
  // Only a path of some length can make a long ARN: the rest of it is under 300 bytes.
  if (address.path.length < METHOD_ARN_BYTES_MAX - 300) return
  const arn = executeApiArn(stage.scope, stage.apiId, stage.stageName, method, address.path)
  if (arn.length > METHOD_ARN_BYTES_MAX) {
    throw new GatewayFailure('DEFAULT_4XX', 'Request-URI Too Long', {
      statusCode: 414,
      hint: `the ARN of the method with this path is over ${METHOD_ARN_BYTES_MAX} bytes`,
    })
  }
}
