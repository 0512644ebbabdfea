// Who may call the management APIs: everyone who has signed and whose policies allow it. `daemun start` does not ask
// that of callers on this machine, unless it is told to: they act as the account's root.
import { isUnsigned, permissionOf, permissionsOf } from '#identity/actions.ts'
import {
  type Authenticate,
  createAuthenticate,
  type SignedService,
} from '#identity/authenticate.ts'
import { createAuthorize } from '#identity/authorize.ts'
import { withPath } from '#identity/iam/resource-arns.ts'
import { rootPrincipal, principalKeys } from '#identity/principal.ts'
import type { AskedResource } from '#languages/iam-policy/caller-policies.ts'
import type { SigningIdentity } from '#model/identity.ts'
import type { Scope } from '#model/scope.ts'
import type { FoundPolicy } from '#services/delivery/resource-policy.ts'
import { type Clock, systemClock } from '#shared/clock.ts'
import { createRemembered } from '#store/remembered.ts'
import type { Store } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import { decodePercent, parseTarget, type WireRequest } from '#wire/message.ts'
import { isLoopback, requestContext } from '#wire/request-context.ts'
import { credentialScope } from '#wire/sigv4-scope.ts'
import type { TableDocument } from '#wire/table.ts'
import type { Settings } from '../settings.ts'
import type { Credentials } from './credentials.ts'

export interface ManagementGate {
  /** The two questions of one service, as wire/server.ts asks them. */
  ofService(document: GatedService): {
    admit(operation: string, request: WireRequest, call: StoreCall): Promise<StoreCall>
    authorize(
      operation: string,
      input: Readonly<Record<string, unknown>>,
      request: WireRequest,
      call: StoreCall,
    ): Promise<void>
  }
  /** The refusal of a look at the requests of the APIs (`/_daemun/requests`), or undefined. */
  refusePage(request: WireRequest, scope: Scope): Promise<ServiceError | undefined>
  /** The refusal of something that is done to a user pool, by the IAM action that stands for it. */
  refusePoolAction(
    request: WireRequest,
    scope: Scope,
    action: string,
    poolId: string,
  ): Promise<ServiceError | undefined>
  /** The refusal of an invocation of a function, or undefined. */
  refuseInvoke(request: WireRequest, scope: Scope): Promise<ServiceError | undefined>
}

/** What is asked of a service's table. */
export type GatedService = Pick<TableDocument, 'service' | 'signingName' | 'protocol'>

export type GateSettings = Pick<Settings, 'command' | 'enforceIam' | 'accountId'>

export const createManagementGate = (options: {
  readonly settings: GateSettings
  readonly store: Store
  readonly credentials: Credentials
  /** The node's, which may have been set: what policies say of the time. Signatures go by the real one. */
  readonly clock: Pick<Clock, 'nowMs'>
}): ManagementGate => {
  const { settings, store, credentials } = options
  const authenticate: Authenticate = createAuthenticate({
    store,
    resolve: credentials.resolve,
    clock: systemClock,
  })
  const authorize = createAuthorize()
  const owner = ownerOf(settings.accountId)
  const resourceOf = createResourceSides(store)
  const refuseInvoke: ManagementGate['refuseInvoke'] = async (request, scope) => {
    const caller = await authenticate(request, LAMBDA)
    if (caller instanceof ServiceError) return caller
    const [, name = ''] = /\/functions\/([^/?]+)\//.exec(request.target) ?? []
    const { searchParams } = new URL(request.target, 'http://lambda')
    const permission = permissionOf({
      service: 'lambda',
      operation: 'Invoke',
      input: {
        FunctionName: decodePercent(name) ?? name,
        Qualifier: searchParams.get('Qualifier') ?? '',
      },
      method: request.method,
      path: request.target,
      scope,
    })
    const keys = requestContext(request, { nowMs: options.clock.nowMs(), region: scope.region })
    if (permission === undefined) return undefined
    const resource = await resourceOf(LAMBDA_SERVICE, permission.resource, scope.accountId)
    return authorize(caller, permission, keys, LAMBDA, resource)
  }
  /** Who may read the APIs of the account may read what they answered: it is signed as a call of API Gateway. */
  const refusePage: ManagementGate['refusePage'] = async (request, { region }) => {
    if (isLenient(settings, request)) return undefined
    const caller = await authenticate(request, APIGATEWAY)
    if (caller instanceof ServiceError) return caller
    const path = request.target.split('?')[0] ?? ''
    const permission = {
      action: 'apigateway:GET',
      resource: `arn:aws:apigateway:${region}::${path}`,
    }
    const keys = requestContext(request, { nowMs: systemClock.nowMs(), region })
    return authorize(caller, permission, keys, APIGATEWAY)
  }
  const refusePoolAction: ManagementGate['refusePoolAction'] = async (
    request,
    { accountId, region },
    action,
    poolId,
  ) => {
    if (isLenient(settings, request)) return undefined
    const caller = await authenticate(request, COGNITO_IDP)
    if (caller instanceof ServiceError) return caller
    const permission = {
      action: `cognito-idp:${action}`,
      resource: `arn:aws:cognito-idp:${region}:${accountId}:userpool/${poolId}`,
    }
    const keys = requestContext(request, { nowMs: systemClock.nowMs(), region })
    return authorize(caller, permission, keys, COGNITO_IDP)
  }
  return {
    refuseInvoke,
    refusePage,
    refusePoolAction,
    ofService: (document) => ({
      admit: async (operation, request, call) => {
        const isEnforced = !isLenient(settings, request)
        const isOpen = isUnsigned(document.service, operation)
        // Links of messages are followed by whoever got them; who signs the same call is asked as for any other.
        const isFollowed = document.service !== 'sns' || !isSigned(request)
        if (isEnforced && isOpen && isFollowed) return { ...call, isEnforced }
        const found = await authenticate(request, document)
        if (!(found instanceof ServiceError)) return { ...call, caller: found, isEnforced }
        if (isEnforced || isBrokenUrl(document, request, found)) throw found
        return { ...call, caller: owner, isEnforced }
      },
      authorize: async (operation, input, request, call) => {
        const { caller } = call
        if (call.isEnforced !== true || caller === undefined) return
        const { accountId, region } = call
        const permissions = permissionsOf({
          service: document.service,
          operation,
          input,
          method: request.method,
          path: request.target.split('?')[0] ?? '',
          scope: { accountId, region },
        })
        for (const permission of permissions) {
          const exact =
            document.service === 'iam'
              ? await store.read((view) => withPath(view, call, permission))
              : permission
          const keys = requestContext(request, call)
          const resource = await resourceOf(document, exact.resource, accountId)
          const refusal = authorize(caller, exact, keys, document, resource)
          if (refusal !== undefined) throw refusal
        }
      },
    }),
  }
}

const APIGATEWAY: SignedService = { signingName: 'apigateway', protocol: 'restJson1' }
const COGNITO_IDP: SignedService = { signingName: 'cognito-idp', protocol: 'awsJson1_1' }
const LAMBDA: SignedService = { signingName: 'lambda', protocol: 'restJson1' }
const LAMBDA_SERVICE = { service: 'lambda' } as const

/** Services whose resources have policies of their own. */
const WITH_POLICIES: ReadonlySet<string> = new Set(['events', 'lambda', 's3', 'sns', 'sqs'])

type FindResource = (
  document: Pick<GatedService, 'service'>,
  arn: string,
  /** Whose it is where nobody else's. */
  accountId: string,
) => Promise<AskedResource | undefined>

/** The resource's side of a call. It is loaded when somebody is first asked for it. */
const createResourceSides = (store: Store): FindResource => {
  const loading = once(async () => {
    const { createResourcePolicies, policyOf } = await import(
      '#services/delivery/resource-policy.ts'
    )
    return { policies: createResourcePolicies(), policyOf }
  })
  const known = createRemembered<FoundPolicy>(store)
  return async ({ service }, arn, accountId) => {
    if (!WITH_POLICIES.has(service)) return undefined
    const { policies, policyOf } = await loading()
    let found = known.get(arn)
    if (found === undefined) {
      const keep = known.reading()
      found = await store.read((view) => policyOf(view, arn))
      keep([[arn, found]])
    }
    const { policy, owner } = found
    return {
      accountId: owner ?? accountId,
      evaluate: (access) => policies.evaluate(policy, access),
    }
  }
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

/** A presigned URL of a key that is known here holds what it says, whoever is asked for nothing else. */
const isBrokenUrl = (
  { service }: GatedService,
  { target, signedForm }: WireRequest,
  error: ServiceError,
): boolean =>
  service === 's3' &&
  (signedForm !== undefined || /[?&](?:X-Amz-)?Signature=/i.test(target)) &&
  error.code !== 'InvalidAccessKeyId'

const isSigned = ({ headers, target }: WireRequest): boolean =>
  credentialScope(headers, parseTarget(target).query) !== undefined

/** What `daemun start` does not ask of programs on the same machine. */
export const isLenient = (
  { command, enforceIam }: Pick<Settings, 'command' | 'enforceIam'>,
  { remoteAddress }: Pick<WireRequest, 'remoteAddress'>,
): boolean => command === 'start' && !enforceIam && isLoopback(remoteAddress)

/** Who calls where nobody is asked: its key signs nothing, it has no secret. */
const ownerOf = (accountId: string): SigningIdentity => {
  const principal = rootPrincipal(accountId)
  return {
    accessKeyId: '',
    secretAccessKey: '',
    accountId,
    arn: principal.arn,
    userId: accountId,
    principal,
    sessionPolicies: [],
    contextKeys: principalKeys(principal, accountId),
  }
}
