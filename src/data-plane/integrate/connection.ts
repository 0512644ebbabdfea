// How an HTTP integration reaches its backend: over the internet as its URI says, or through a VPC link, whose names
// lead where `--upstream` says. https://docs.aws.amazon.com/apigateway/latest/developerguide/private-integration.html
import type { Integration } from '#model/apigateway/rest-api.ts'
import type { UpstreamClient, UpstreamRequest } from '#transport/contract.ts'
import { UpstreamError } from '#transport/contract.ts'
import type { GatewayRequest } from '../accept/request.ts'
import { lastHeader } from '../accept/headers.ts'
import type { Limits, MethodSource, StageFacts } from '../compiling.ts'
import type { Services } from '../plan.ts'
import { putStageVariables } from './stage-variables.ts'

export type AskBackend = Pick<UpstreamClient, 'call' | 'stream'>

export type Connection = (request: GatewayRequest, services: Services) => AskBackend

export const overInternet: Connection = (_request, { upstream }) => upstream

/** Of an integration of a REST API. */
export const compileConnection = (
  { stage, limits }: MethodSource,
  { connectionType, connectionId, integrationTarget }: Integration,
): Connection => {
  if (connectionType !== 'VPC_LINK') return overInternet
  return asItsUri(compileVpcLink({ connectionId, targetArn: integrationTarget }, stage, limits))
}

export interface VpcLinkUse {
  /** May be a stage variable. */
  readonly connectionId: string | undefined
  /** Of a load balancer, a listener or a Cloud Map service, where the integration names one. */
  readonly targetArn: string | undefined
}

export const compileVpcLink = (
  { connectionId, targetArn }: VpcLinkUse,
  stage: StageFacts,
  limits: Limits,
): Connection => {
  const linkId = putStageVariables(connectionId ?? '', stage)
  const own = [targetArn ?? '', linkId].filter((name) => name !== '')
  limits.reach(own)
  const { accountId, region } = stage.scope
  const key = `${accountId}/${region}/${linkId}`
  return ({ directory }, { privateUpstream }) => {
    const link = directory.find('vpc-link', key)
    const group = privateUpstream?.([...own, ...(link?.names ?? [])])
    if (group !== undefined) return group
    return leadsNowhere(own.join(', '))
  }
}

/** AWS answers for a link without healthy targets as for any backend that cannot be reached. */
const leadsNowhere = (names: string): AskBackend => {
  const fail = (): Promise<never> =>
    Promise.reject(
      new UpstreamError(
        'connect',
        `the VPC link leads nowhere: start with --upstream NAME=http://host:port, NAME one of ${names}`,
      ),
    )
  return { call: fail, stream: fail }
}

/**
 * What an integration with a URI sends through a link: Host and the name on the certificate are those of the URI,
 * wherever the connection leads. [guide: set-up-private-integration]
 */
export const asItsUri = (connection: Connection): Connection =>
  connection === overInternet
    ? connection
    : (request, services) => {
        const backend = connection(request, services)
        return {
          call: (sent) => backend.call(withNames(sent)),
          stream: (sent) => backend.stream(withNames(sent)),
        }
      }

const withNames = (sent: UpstreamRequest): UpstreamRequest => {
  const { host, hostname } = new URL(sent.origin)
  const isNamed = lastHeader(sent.headers, 'host') !== undefined
  return {
    ...sent,
    headers: isNamed ? sent.headers : ['Host', host, ...sent.headers],
    serverName: sent.serverName ?? hostname,
  }
}
