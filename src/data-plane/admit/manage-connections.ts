// May this caller send to, look at or close a connection of a WebSocket API? `@connections` is always signed.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
import { executeApiArn } from '#model/arn.ts'
import type { GatewayRequest } from '../accept/request.ts'
import type { Services } from '../plan.ts'
import type { ArnPlace } from './access-request.ts'
import { admitSigned } from './signed-access.ts'

/** Throws the GatewayFailure of a bad signature, or of a denial. */
export const admitToConnection = async (
  request: GatewayRequest,
  { scope, apiId, stageName }: ArnPlace,
  connectionId: string,
  services: Services,
): Promise<void> => {
  const path = `/@connections/${connectionId}`
  const resource = executeApiArn(scope, apiId, stageName, request.method, path)
  await admitSigned(request, { action: 'execute-api:ManageConnections', resource, scope }, services)
}
