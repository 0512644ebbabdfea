// Route53 of a Domain: alias records in a set that all domains of a hosted zone share.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import { addResource, fail, type SamContext, type SamResource, shortHash } from '../context.ts'
import type { Domain } from './domain.ts'
import { given } from '../events/event.ts'

export const addRecordSets = (
  context: SamContext,
  resource: SamResource,
  domain: Domain,
  attributes: JsonObject,
): void => {
  const written = domain.settings['Route53']
  if (written === undefined) return
  const path = ['Domain', 'Route53']
  if (!isObject(written)) {
    fail(context, resource, path, '`Domain.Route53` should be a map')
    return
  }
  const route = objectOf(written) ?? {}
  const { HostedZoneId: zone, HostedZoneName: zoneName } = route
  const separate = route['SeparateRecordSetGroup']
  if (zone === undefined && zoneName === undefined) {
    fail(context, resource, path, 'HostedZoneId or HostedZoneName is required')
    return
  }
  if (separate !== undefined && typeof separate !== 'boolean') {
    fail(context, resource, path, '`Domain.Route53.SeparateRecordSetGroup` should be a boolean')
    return
  }
  const records = recordsOf(domain, route)
  const end = shortHash(
    separate === true ? [zone ?? zoneName, resource.logicalId] : (zone ?? zoneName),
  )
  const id = `RecordSetGroup${end}`
  const before = objectOf(context.made[id])
  if (before !== undefined && memberOf(before, 'Type') === GROUP) {
    const properties = objectOf(before['Properties'])
    const own = properties?.['RecordSets']
    const all = [...(Array.isArray(own) ? own : []), ...records]
    context.made[id] = { ...before, Properties: { ...properties, RecordSets: all } }
    return
  }
  const place = zone === undefined ? { HostedZoneName: zoneName } : { HostedZoneId: zone }
  addResource(context, resource, id, GROUP, { ...given(place), RecordSets: records }, attributes)
}

const GROUP = 'AWS::Route53::RecordSetGroup'

/** The hosted zone of every CloudFront distribution. */
const CLOUDFRONT_ZONE = 'Z2FDTNDATAQYW2'

const recordsOf = (domain: Domain, route: JsonObject): readonly JsonValue[] => {
  const record = (type: string): JsonObject =>
    given({
      Name: domain.name,
      Type: type,
      AliasTarget: aliasTarget(domain, route),
      Region: route['Region'],
      SetIdentifier: route['SetIdentifier'],
    })
  return [record('A'), ...(route['IpV6'] === true ? [record('AAAA')] : [])]
}

const aliasTarget = ({ id, endpoint }: Domain, route: JsonObject): JsonObject => {
  const evaluate = route['EvaluateTargetHealth']
  const distribution = route['DistributionDomainName']
  const target =
    endpoint === 'PRIVATE'
      ? { DNSName: route['VpcEndpointDomainName'], HostedZoneId: route['VpcEndpointHostedZoneId'] }
      : endpoint === 'EDGE'
        ? {
            DNSName: distribution ?? { 'Fn::GetAtt': [id, 'DistributionDomainName'] },
            HostedZoneId: CLOUDFRONT_ZONE,
          }
        : {
            DNSName: { 'Fn::GetAtt': [id, 'RegionalDomainName'] },
            HostedZoneId: { 'Fn::GetAtt': [id, 'RegionalHostedZoneId'] },
          }
  return given({ ...target, EvaluateTargetHealth: evaluate })
}
