// Settings of where APIs may lead; settings.ts has them in its table.
import type { CommandName, SettingDefinition } from './setting-definition.ts'
import { readEndpoints, readHostNames, readUpstreams } from './setting-values.ts'

const BOTH: readonly CommandName[] = ['start', 'serve']

export const REACH_SETTINGS = [
  {
    flag: 'endpoint',
    type: 'list',
    placeholder: 'service=URL',
    commands: BOTH,
    why: 'Leads what functions and integrations call of one AWS service elsewhere: real AWS, or any compatible server. May be given many times.',
  },
  {
    flag: 'upstream',
    type: 'list',
    placeholder: 'name=URL,…',
    commands: BOTH,
    why: 'Where a VPC link leads: its id or name, or the ARN of a load balancer, listener or Cloud Map service, and one or more origins.',
  },
  {
    flag: 'allowed-link-local',
    type: 'list',
    placeholder: 'host',
    commands: BOTH,
    why: 'A host, as URLs in an API name it, that may be at a link-local or metadata address (169.254.0.0/16, fe80::/10, `fd00:ec2::254` …). Connections of APIs to such addresses are refused otherwise. May be given many times.',
  },
] as const satisfies readonly SettingDefinition[]

export interface ReachSettings {
  /** Service name (as in an endpoint prefix: `dynamodb`, `states`) → URL. */
  readonly endpoints: Readonly<Record<string, string>>
  /** ARN, id or name of a VPC link → origins, at least one. */
  readonly upstreams: Readonly<Record<string, readonly string[]>>
  /** As a URL has them, without the brackets of IPv6. */
  readonly allowedLinkLocal: readonly string[]
}

export const readReachSettings = (list: (flag: string) => readonly string[]): ReachSettings => ({
  endpoints: readEndpoints(list('endpoint')),
  upstreams: readUpstreams(list('upstream')),
  allowedLinkLocal: readHostNames('allowed-link-local', list('allowed-link-local')),
})
