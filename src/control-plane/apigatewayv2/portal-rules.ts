// What a portal may be made of.
import type {
  Authorization,
  EndpointConfigurationRequest,
  PortalContent as PortalContentInput,
} from '@aws-sdk/client-apigatewayv2'
import type {
  Portal,
  PortalAuthorization,
  PortalColor,
  PortalContent,
} from '#model/apigatewayv2/portal.ts'
import { parseArn } from '#model/arn.ts'
import type { Scope } from '#model/scope.ts'
import { portalProducts } from '#store/collections.ts'
import type { ReadCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined } from '../defined.ts'

const NAME_LENGTH_MAX = 255
const DESCRIPTION_LENGTH_MAX = 1024
const PRODUCTS_MAX = 64
const COLORS: readonly PortalColor[] = [
  'accentColor',
  'backgroundColor',
  'errorValidationColor',
  'headerColor',
  'navigationColor',
  'textColor',
]
/** AWS: portals are distributed by CloudFront, whose hosted zone this is. [behaviour.md §15] */
const HOSTED_ZONE_ID = 'Z2FDTNDATAQYW2'

export const parseAuthorization = (input: Uncapitalized<Authorization>): PortalAuthorization => {
  const { cognitoConfig, none } = input
  if ((cognitoConfig === undefined) === (none === undefined)) {
    throw badRequest('Authorization must have either CognitoConfig or None')
  }
  if (cognitoConfig === undefined) return { none: {} }
  const at = 'authorization.cognitoConfig'
  const userPoolArn = required(cognitoConfig.userPoolArn, `${at}.userPoolArn`)
  if (parseArn(userPoolArn)?.service !== 'cognito-idp') {
    throw badRequest(`Invalid user pool ARN: ${userPoolArn}`)
  }
  return {
    cognitoConfig: {
      appClientId: required(cognitoConfig.appClientId, `${at}.appClientId`),
      userPoolArn,
      userPoolDomain: required(cognitoConfig.userPoolDomain, `${at}.userPoolDomain`),
    },
  }
}

export const parseEndpoint = (
  { region }: Scope,
  portalId: string,
  input: Uncapitalized<EndpointConfigurationRequest>,
): Portal['endpointConfiguration'] => {
  const { acmManaged, none } = input
  if ((acmManaged === undefined) === (none === undefined)) {
    throw badRequest('EndpointConfiguration must have either AcmManaged or None')
  }
  const common = {
    // AWS: [guide: apigateway-portals-create-portal]
    portalDefaultDomainName: `p-${portalId}.apigw-portal.${region}.on.aws`,
    portalDomainHostedZoneId: HOSTED_ZONE_ID,
  }
  if (acmManaged === undefined) return common
  const at = 'endpointConfiguration.acmManaged'
  const certificateArn = required(acmManaged.certificateArn, `${at}.certificateArn`)
  if (parseArn(certificateArn)?.service !== 'acm') {
    throw badRequest(`Invalid certificate ARN: ${certificateArn}`)
  }
  return { ...common, certificateArn, domainName: required(acmManaged.domainName, at) }
}

export const parseContent = (
  input: Uncapitalized<PortalContentInput>,
  logoLastUploaded: number | undefined,
): PortalContent => {
  const displayName = required(input.displayName, 'portalContent.displayName')
  if (displayName.length < 1 || displayName.length > NAME_LENGTH_MAX) {
    throw badRequest(`DisplayName must have between 1 and ${NAME_LENGTH_MAX} characters`)
  }
  checkDescription(input.description)
  const at = 'portalContent.theme.customColors'
  const colors: Partial<Uncapitalized<Readonly<Record<PortalColor, string | undefined>>>> =
    required(required(input.theme, 'portalContent.theme').customColors, at)
  const customColors = COLORS.map((name) => [name, required(colors[name], `${at}.${name}`)])
  return {
    displayName,
    ...defined({ description: input.description }),
    // Each of COLORS is there, so each of PortalColor is.
    theme: defined({
      customColors: Object.fromEntries(customColors) as Record<PortalColor, string>,
      logoLastUploaded,
    }),
  }
}

export const checkDescription = (description: string | undefined): void => {
  if ((description?.length ?? 0) <= DESCRIPTION_LENGTH_MAX) return
  throw badRequest(`Description must have at most ${DESCRIPTION_LENGTH_MAX} characters`)
}

/** Products of this account must exist; those of others are theirs to share. */
export const checkProducts = async (call: ReadCall, arns: readonly string[]): Promise<void> => {
  if (arns.length > PRODUCTS_MAX) {
    throw badRequest(`A portal can include at most ${PRODUCTS_MAX} portal products`)
  }
  for (const arn of arns) {
    const { service, accountId, region, resource = '' } = parseArn(arn) ?? {}
    const [, id] = /^\/portalproducts\/([^/]+)$/.exec(resource) ?? []
    if (service !== 'apigateway' || id === undefined) {
      throw badRequest(`Invalid portal product ARN: ${arn}`)
    }
    if (accountId !== call.accountId || region !== call.region) continue
    if ((await call.view.get(portalProducts, call, id)) !== undefined) continue
    throw badRequest(`There is no portal product ${arn}`)
  }
}
