// What UpdateStage may change. Its paths and its words are its own: most of a stage is method settings, named by the
// path `/{resource path, escaped}/{METHOD}/{group}/{setting}`, and a canary is promoted by copying.
// https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateStage-Patch
import type { PatchOperation } from '@aws-sdk/client-api-gateway'
import type { Stage } from '#model/apigateway/stage.ts'
import { badRequest } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain } from '../constraints.ts'
import { defined, entryOf, nonEmpty } from '../defined.ts'
import { opViolations, unescapeSegment } from '../patch-operations.ts'
import { withEntry } from './draft.ts'
import { METHOD_SETTING_PATHS, methodSettingKey, withMethodSetting } from './method-settings.ts'
import { checkPercent } from './stage-rules.ts'

type Patch = Shape<PatchOperation>

/** The stage with all operations applied in order. That the deployments it then names exist is the caller's to check. */
export const patchStage = (before: Stage, operations: readonly Patch[] | undefined): Stage => {
  constrain(...opViolations('updateStageInput', operations))
  let stage = before
  for (const operation of operations ?? []) stage = applyOne(stage, operation)
  return stage
}

const applyOne = (stage: Stage, operation: Patch): Stage => {
  const path = operation.path ?? 'null'
  const segments = path.split('/').slice(1)
  if (operation.op === 'copy') return promote(stage, path, operation.from ?? 'null')
  if (operation.op === 'remove') return remove(stage, path, segments)
  if (operation.op === 'add' && segments[0] !== 'accessLogSettings') {
    throw badRequest(`Invalid add operation with path: ${path}`)
  }
  if (operation.op !== 'add' && operation.op !== 'replace') throw invalidPath(path)
  return replace(stage, path, segments, operation.value ?? undefined)
}

const replace = (
  stage: Stage,
  path: string,
  segments: readonly string[],
  value: string | undefined,
): Stage => {
  const [first = '', second, ...rest] = segments
  if (first === 'accessLogSettings') return replaceAccessLog(stage, path, value)
  if (first === 'canarySettings') return replaceCanary(stage, path, segments, value)
  if (first === 'variables' && second !== undefined && rest.length === 0) {
    const variables = withEntry(stage.variables, unescapeSegment(second), value ?? '')
    return defined({ ...stage, variables })
  }
  if (segments.length === 1) return replaceMember(stage, path, value)
  if (segments.length === 4 && second !== undefined) {
    const changed = withMethodSetting(stage, methodSettingKey(first, second), rest.join('/'), value)
    if (changed !== undefined) return changed
  }
  throw invalidPath(path)
}

const replaceMember = (stage: Stage, path: string, value: string | undefined): Stage => {
  const word = value === '' ? undefined : value
  switch (path) {
    case '/deploymentId':
      return { ...stage, deploymentId: value ?? '' }
    case '/description':
      return defined({ ...stage, description: word })
    case '/documentationVersion':
      return defined({ ...stage, documentationVersion: word })
    case '/clientCertificateId':
      return defined({ ...stage, clientCertificateId: word })
    case '/cacheClusterEnabled':
      return { ...stage, cacheClusterEnabled: isTrue(value) }
    case '/cacheClusterSize':
      return defined({ ...stage, cacheClusterSize: word })
    case '/tracingEnabled':
      return { ...stage, tracingEnabled: isTrue(value) }
    default:
      throw invalidPath(path)
  }
}

// [F082]
const replaceAccessLog = (stage: Stage, path: string, value: string | undefined): Stage => {
  if (!ACCESS_LOG_PATHS.includes(path)) {
    throw badRequest(
      `Invalid accessLogSettings path. Must be one of : [${ACCESS_LOG_PATHS.join(', ')}]`,
    )
  }
  if (value === undefined || value === '') throw badRequest('Access Log value must not be empty')
  const member =
    path === '/accessLogSettings/format' ? { format: value } : { destinationArn: value }
  return { ...stage, accessLogSettings: { ...stage.accessLogSettings, ...member } }
}

// AWS: a canary path on a stage without one begins a canary, on the stage's own deployment with no traffic. [F088]
const replaceCanary = (
  stage: Stage,
  path: string,
  segments: readonly string[],
  value: string | undefined,
): Stage => {
  const canary = stage.canarySettings ?? {
    percentTraffic: 0,
    deploymentId: stage.deploymentId,
    useStageCache: false,
  }
  const [, member = '', key, ...rest] = segments
  if (rest.length > 0) throw invalidPath(path)
  if (member === 'stageVariableOverrides' && key !== undefined) {
    const overrides = withEntry(canary.stageVariableOverrides, unescapeSegment(key), value ?? '')
    return {
      ...stage,
      canarySettings: defined({ ...canary, stageVariableOverrides: overrides }),
    }
  }
  if (key !== undefined) throw invalidPath(path)
  switch (member) {
    case 'deploymentId':
      return { ...stage, canarySettings: { ...canary, deploymentId: value ?? '' } }
    case 'percentTraffic':
      return { ...stage, canarySettings: { ...canary, percentTraffic: parsePercent(value) } }
    case 'useStageCache':
      return { ...stage, canarySettings: { ...canary, useStageCache: isTrue(value) } }
    default:
      throw invalidPath(path)
  }
}

const remove = (stage: Stage, path: string, segments: readonly string[]): Stage => {
  const [first = '', second, third] = segments
  if (path === '/accessLogSettings' || path === '/canarySettings') {
    const { accessLogSettings, canarySettings, ...rest } = stage
    return defined(
      first === 'canarySettings' ? { ...rest, accessLogSettings } : { ...rest, canarySettings },
    )
  }
  if (path === '/variables') return defined({ ...stage, variables: undefined })
  if (first === 'canarySettings' && second === 'stageVariableOverrides' && third !== undefined) {
    return withoutOverride(stage, path, unescapeSegment(third))
  }
  if (second === undefined || segments.length > 2) throw invalidPath(path)
  const variable = unescapeSegment(second)
  if (first === 'variables' && entryOf(stage.variables, variable) !== undefined) {
    return defined({ ...stage, variables: withEntry(stage.variables, variable, undefined) })
  }
  const key = methodSettingKey(first, second)
  if (entryOf(stage.methodSettings, key) === undefined) {
    // AWS: every path of two segments is taken for a method's settings; the blank at the end is there. [F081, F089]
    throw badRequest(
      `Cannot remove method setting ${first}/${second} because there is no method setting for this method `,
    )
  }
  return { ...stage, methodSettings: withEntry(stage.methodSettings, key, undefined) ?? {} }
}

const withoutOverride = (stage: Stage, path: string, name: string): Stage => {
  const { canarySettings: canary } = stage
  if (canary === undefined || entryOf(canary.stageVariableOverrides, name) === undefined) {
    throw invalidPath(path)
  }
  const overrides = withEntry(canary.stageVariableOverrides, name, undefined)
  return { ...stage, canarySettings: defined({ ...canary, stageVariableOverrides: overrides }) }
}

const promote = (stage: Stage, path: string, from: string): Stage => {
  const { canarySettings: canary } = stage
  const toDeployment = path === '/deploymentId' && from === '/canarySettings/deploymentId'
  const toVariables = path === '/variables' && from === '/canarySettings/stageVariableOverrides'
  if (!toDeployment && !toVariables) {
    throw badRequest(
      `Invalid copy operation with path: ${path} and from ${from}. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]`,
    )
  }
  if (canary === undefined) throw badRequest('Promotion not available. Canary does not exist.')
  if (toDeployment) return { ...stage, deploymentId: canary.deploymentId ?? stage.deploymentId }
  const variables = nonEmpty({ ...stage.variables, ...canary.stageVariableOverrides })
  return defined({ ...stage, variables })
}

const ACCESS_LOG_PATHS: readonly string[] = [
  '/accessLogSettings/destinationArn',
  '/accessLogSettings/format',
]

const invalidPath = (path: string) =>
  badRequest(
    `Invalid method setting path: ${path}. Must be one of: [${[
      '/deploymentId',
      '/description',
      '/cacheClusterEnabled',
      '/cacheClusterSize',
      '/clientCertificateId',
      '/accessLogSettings',
      ...ACCESS_LOG_PATHS,
      ...METHOD_SETTING_PATHS.map((setting) => `/{resourcePath}/{httpMethod}/${setting}`),
      ...METHOD_SETTING_PATHS.map((setting) => `/*/*/${setting}`),
      '/variables/{variable_name}',
      '/tracingEnabled',
    ].join(', ')}]`,
  )

const isTrue = (value: string | undefined): boolean => value?.toLowerCase() === 'true'

const parsePercent = (value: string | undefined): number =>
  checkPercent(value === undefined || value.trim() === '' ? Number.NaN : Number(value))
