// What an authorizer tells an execution log: who is asked, by what identity, and how it ended.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
import type { ExecutionNotes } from '#model/execution-event.ts'
import { GatewayFailure, type RestRequest } from '../../plan.ts'
import type { Authorized, RestAuthorizer } from './authorizer.ts'

/** The same authorizer; where nobody listens it costs one test of a member. */
export const withAuthorizerNotes =
  (authorizerId: string, authorize: RestAuthorizer): RestAuthorizer =>
  (request, services) => {
    const { execution } = request.trace
    if (execution === undefined) return authorize(request, services)
    return told(execution, authorizerId, request, async () => authorize(request, services))
  }

/** Called where the identity is known; where it never is, the end of the story tells the beginning too. */
export const noteAuthorizerStarted = (
  { trace, requestId }: Pick<RestRequest, 'trace' | 'requestId'>,
  authorizerId: string,
  identity: readonly string[],
): void => {
  trace.execution?.note({ kind: 'authorizer-started', authorizerId, requestId, identity })
}

const told = async (
  execution: ExecutionNotes,
  authorizerId: string,
  request: RestRequest,
  authorize: () => Promise<Authorized>,
): Promise<Authorized> => {
  const isStarted = () => execution.events?.some(({ event }) => event.kind === 'authorizer-started')
  try {
    const authorized = await authorize()
    if (!isStarted()) noteAuthorizerStarted(request, authorizerId, [])
    const { principalId } = authorized.caller
    execution.note({
      kind: 'authorizer-completed',
      ...(principalId !== undefined && { principalId }),
    })
    return authorized
  } catch (error) {
    if (!(error instanceof GatewayFailure)) throw error
    if (!isStarted()) noteAuthorizerStarted(request, authorizerId, [])
    const { requestId } = request
    const { responseType, hint } = error
    const failed = { requestId, responseType, ...(hint !== undefined && { hint }) }
    execution.note({ kind: 'authorizer-failed', ...failed })
    throw error
  }
}
