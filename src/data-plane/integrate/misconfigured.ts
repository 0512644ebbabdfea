// The step of a configuration that can never work.
import { GatewayFailure } from '../plan.ts'

/** AWS: it is found at the call, not at the deployment. */
export const misconfigured = (hint: string) => (): never => {
  throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', { hint })
}
