// Which stage a request to a custom domain name means: its routing rules first, then the mapping with the longest
// base path. https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains.html
import type { RoutingRule } from '#model/apigatewayv2/routing-rule.ts'
import type { FindEntry } from '#model/documents.ts'
import type { DomainNameEntry } from '#model/domain-name.ts'
import type { FlatHeaders } from '#transport/contract.ts'
import { headerValues } from './headers.ts'
import { decodeOrKeep } from './query.ts'

/** Where a path beneath a domain name leads. */
export interface DomainRoute {
  readonly apiId: string
  readonly stageName: string | undefined
  /** Below the stage. */
  readonly path: string
  /** As the client sent it, without the stage where a mapping has it in the path: what an event calls `path`. */
  readonly eventPath: string
  readonly basePathMatched: string
  readonly routingRuleIdMatched?: string
}

export type RouteDomain = (path: string, headers: FlatHeaders) => DomainRoute | undefined

/** The domain name of a Host header: itself, or the wildcard that stands for it. Undefined: it is none of ours. */
export const findDomainName = (host: string, find: FindEntry): DomainNameEntry | undefined => {
  const name = nameOfHost(host)
  const exact = find('domain-name', name)
  if (exact !== undefined) return exact
  // AWS: a wildcard stands for one label. [guide: how-to-custom-domains]
  const dot = name.indexOf('.')
  return dot < 1 ? undefined : find('domain-name', `*${name.slice(dot)}`)
}

/** A Host header in lower case, without port and without the dot of a fully qualified name. */
export const nameOfHost = (host: string): string => {
  const colon = host.startsWith('[') ? -1 : host.indexOf(':')
  const name = (colon === -1 ? host : host.slice(0, colon)).toLowerCase()
  return name.endsWith('.') ? name.slice(0, -1) : name
}

/** The compiled routes of an entry, which is the same object until it changes. */
export const routesOfDomain = (entry: DomainNameEntry): RouteDomain => {
  const known = COMPILED.get(entry)
  if (known !== undefined) return known
  const made = compileDomain(entry)
  COMPILED.set(entry, made)
  return made
}

/** No state: what is compiled from an entry, for as long as the entry lives. */
const COMPILED = new WeakMap<DomainNameEntry, RouteDomain>()

const compileDomain = (entry: DomainNameEntry): RouteDomain => {
  const { routingMode } = entry
  const byRule = entry.routingRules.map(compileRule)
  const byMapping = compileMappings(entry.mappings)
  const routes: RouteDomain[] = []
  if (routingMode !== 'BASE_PATH_MAPPING_ONLY') routes.push(...byRule)
  if (routingMode !== 'ROUTING_RULE_ONLY') routes.push(byMapping)
  return (path, headers) => {
    for (const route of routes) {
      const found = route(path, headers)
      if (found !== undefined) return found
    }
    return undefined
  }
}

const compileMappings = (mappings: DomainNameEntry['mappings']): RouteDomain => {
  const byBasePath = new Map(mappings.map((mapping) => [mapping.basePath, mapping]))
  const lengthMax = Math.max(0, ...mappings.map(({ basePath }) => basePath.length))
  return (path) => {
    // AWS: the longest match on whole segments, upper and lower case told apart. [guide: rest-api-mappings]
    let found = byBasePath.get('')
    for (let end = 1; end !== 0 && end <= lengthMax + 1; ) {
      const slash = path.indexOf('/', end)
      found = byBasePath.get(path.slice(1, slash === -1 ? undefined : slash)) ?? found
      end = slash + 1
    }
    if (found === undefined) return undefined
    const { apiId, basePath, stage } = found
    const below = belowOf(path, basePath)
    if (stage !== undefined) {
      return { apiId, stageName: stage, path: below, eventPath: path, basePathMatched: basePath }
    }
    // AWS: a mapping of v1 without a stage has it as the next segment. [behaviour.md §15]
    const slash = below.indexOf('/', 1)
    const first = below.slice(1, slash === -1 ? undefined : slash)
    const rest = slash === -1 ? '/' : below.slice(slash)
    const prefix = basePath === '' ? '' : `/${basePath}`
    return {
      apiId,
      stageName: first === '' ? undefined : decodeOrKeep(first),
      path: rest,
      eventPath: prefix + rest,
      basePathMatched: basePath,
    }
  }
}

/** What of a path is below a base path that it begins with. */
const belowOf = (path: string, basePath: string): string =>
  basePath === '' ? path : path.slice(basePath.length + 1) || '/'

const compileRule = ({ routingRuleId, conditions, actions }: RoutingRule): RouteDomain => {
  const [action] = actions
  if (action === undefined) return () => undefined
  const { apiId, stage, stripBasePath = false } = action.invokeApi
  const headerConditions = conditions.flatMap(({ matchHeaders }) =>
    matchHeaders === undefined ? [] : [matchHeaders.anyOf.map(compileHeaderMatch)],
  )
  const basePaths = conditions.flatMap(({ matchBasePaths }) => matchBasePaths?.anyOf ?? [])
  const hasBasePaths = conditions.some(({ matchBasePaths }) => matchBasePaths !== undefined)
  return (path, headers) => {
    for (const anyOf of headerConditions) {
      if (!anyOf.some((matches) => matches(headers))) return undefined
    }
    const basePath = longestOf(basePaths, path)
    if (hasBasePaths && basePath === undefined) return undefined
    return {
      apiId,
      stageName: stage,
      path: stripBasePath ? belowOf(path, basePath ?? '') : path,
      eventPath: path,
      basePathMatched: basePath ?? '',
      routingRuleIdMatched: routingRuleId,
    }
  }
}

/** At most ten, each less than 128 characters. */
const longestOf = (basePaths: readonly string[], path: string): string | undefined => {
  let longest: string | undefined
  for (const basePath of basePaths) {
    const isBeneath = path === `/${basePath}` || path.startsWith(`/${basePath}/`)
    if (isBeneath && basePath.length > (longest?.length ?? -1)) longest = basePath
  }
  return longest
}

/** `x`, `x*`, `*x` or `*x*`: the name in any case, the value exactly. */
const compileHeaderMatch = ({
  header,
  valueGlob,
}: {
  readonly header: string
  readonly valueGlob: string
}): ((headers: FlatHeaders) => boolean) => {
  const isOpenAtStart = valueGlob.startsWith('*')
  const isOpenAtEnd = valueGlob.endsWith('*') && valueGlob.length > 1
  const text = valueGlob.slice(isOpenAtStart ? 1 : 0, isOpenAtEnd ? -1 : undefined)
  const matches = (value: string): boolean => {
    if (isOpenAtStart && isOpenAtEnd) return value.includes(text)
    if (isOpenAtStart) return value.endsWith(text)
    return isOpenAtEnd ? value.startsWith(text) : value === text
  }
  return (headers) => headerValues(headers, header).some(matches)
}
