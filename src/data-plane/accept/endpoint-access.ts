// The endpoint access mode STRICT of REST APIs and custom domain names: the name of the TLS handshake has to be the one
// that the request then names. Where TLS ended before this gateway there is no name to compare, and whoever ended it
// has to look. The other half of STRICT, the type of the endpoint, holds for every private API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
import type { HttpRequest } from '#transport/contract.ts'
import { GatewayFailure, type StagePlan } from '../plan.ts'
import { nameOfHost } from './custom-domain.ts'
import type { RequestAddress } from './request.ts'

/** Why such a request is refused; undefined where it may go on. AWS: 403. [behaviour.md 3.1 #4] */
export const refuseOtherName = (
  { tls, host }: HttpRequest,
  { customDomain }: RequestAddress,
  stage: StagePlan,
): GatewayFailure | undefined => {
  const isStrict =
    customDomain?.isStrict === true || (stage.protocol === 'REST' && stage.isStrict === true)
  if (!isStrict || tls === undefined) return undefined
  const name = nameOfHost(host)
  if (tls.serverName?.toLowerCase() === name) return undefined
  const asked = tls.serverName === undefined ? 'no name' : `the name ${tls.serverName}`
  return new GatewayFailure('FORBIDDEN', 'Forbidden', {
    hint: `the endpoint access mode is STRICT, and the TLS handshake had ${asked} while the Host is ${name}`,
  })
}
