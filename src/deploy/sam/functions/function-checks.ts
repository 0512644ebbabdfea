// What SAM refuses of a function before it makes anything of it.
import { isObject } from '#shared/json.ts'
import { fail, resolved, type SamContext, type SamResource } from '../context.ts'
import { preferenceOf } from './deployment-preference.ts'

export const checkFunction = (context: SamContext, resource: SamResource): boolean => {
  const { properties } = resource
  const before = context.errors.length
  const { CodeUri: code, TenancyConfig: tenancy } = properties
  const concurrency = properties['ProvisionedConcurrencyConfig']
  const alias = resolved(context, properties['AutoPublishAlias'])
  if (typeof code === 'string' && code.includes('{{resolve:')) {
    fail(context, resource, ['CodeUri'], 'a dynamic reference cannot stand in `CodeUri`')
  }
  if (concurrency !== undefined && alias === undefined) {
    fail(
      context,
      resource,
      ['ProvisionedConcurrencyConfig'],
      '`AutoPublishAlias` is needed with it',
    )
  }
  if (tenancy !== undefined && concurrency !== undefined) {
    const problem = 'not supported for functions with a TenancyConfig'
    fail(context, resource, ['ProvisionedConcurrencyConfig'], problem)
  }
  if (preferenceOf(context, resource) !== undefined && (alias === undefined || alias === '')) {
    fail(context, resource, ['DeploymentPreference'], '`AutoPublishAlias` is needed with it')
  }
  const policy = properties['VersionDeletionPolicy']
  if (policy !== undefined && policy !== 'Delete' && policy !== 'Retain' && !isObject(policy)) {
    fail(context, resource, ['VersionDeletionPolicy'], 'must be Delete or Retain')
  }
  return context.errors.length === before
}
