// A user pool with its hosted pages, without a network: requests are objects, and a browser is a jar of cookies.
import assert from 'node:assert/strict'
import { LRUCache } from 'lru-cache'
import { createUserPoolClient } from '#identity/cognito-idp/clients.ts'
import {
  DOMAINS_SCOPE,
  identityProviders,
  poolDomains,
  poolScope,
} from '#identity/cognito-idp/collections.ts'
import type { AskProvider, Grant } from '#identity/cognito-idp/hosted/context.ts'
import { createHosted, hostedAddress } from '#identity/cognito-idp/hosted/hosted.ts'
import { confirmForgotPassword, forgotPassword } from '#identity/cognito-idp/forgot-password.ts'
import { associateSoftwareToken, verifySoftwareToken } from '#identity/cognito-idp/mfa.ts'
import { createUserPoolParts, type MailboxMessage } from '#identity/cognito-idp/parts.ts'
import { createUserPool } from '#identity/cognito-idp/pools.ts'
import { respondToAuthChallenge } from '#identity/cognito-idp/respond-to-challenge.ts'
import { confirmSignUp, signUp } from '#identity/cognito-idp/sign-up.ts'
import { createSealing } from '#identity/sealing.ts'
import type { FindTokenKey } from '#identity/sts/web-identity.ts'
import type { PoolIdentityProvider, UserPoolClient } from '#model/user-pool.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'
import type { StoreCall } from '#store/transactional.ts'
import { writes } from '#store/transactional.ts'
import type { HttpRequest } from '#transport/contract.ts'

export const ACCOUNT = '123456789012'
export const CALLBACK = 'https://app.example/callback'
export const PASSWORD = 'Correct-horse-1'

export interface Seen {
  readonly status: number
  readonly location: string
  readonly text: string
  readonly headers: readonly string[]
  header(name: string): string | undefined
}

export interface Sent {
  readonly method?: string
  readonly form?: Readonly<Record<string, string>>
  /** A body as it is, instead. */
  readonly body?: string
  readonly headers?: readonly string[]
}

export const startHosted = async (
  options: {
    readonly client?: object
    readonly pool?: object
    readonly ask?: AskProvider
    readonly findTokenKey?: FindTokenKey
  } = {},
) => {
  const store = createMemoryStore()
  const clock = { nowMs: Date.UTC(2026, 10, 21, 12) }
  const mailbox: MailboxMessage[] = []
  const pools = createUserPoolParts({
    sealing: createSealing(systemRandom.bytes(32), systemRandom),
    random: systemRandom,
    invokeFunction: () => Promise.reject(new Error('no functions here')),
    deliver: (message) => mailbox.push(message),
  })
  const callOf = ({ region }: { readonly region: string }): StoreCall => ({
    accountId: ACCOUNT,
    region,
    requestId: 'r',
    nowMs: clock.nowMs,
    ids: randomIds(systemRandom),
    store,
  })
  const call = callOf({ region: 'us-east-1' })
  const made = await createUserPool(pools)({ PoolName: 'shop', ...options.pool }, call)
  const poolId = made.UserPool.Id
  const createClient = async (given: object = {}) => {
    const { UserPoolClient } = await writes(createUserPoolClient(pools))(
      {
        UserPoolId: poolId,
        ClientName: 'app',
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthFlows: ['code'],
        AllowedOAuthScopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'],
        CallbackURLs: [CALLBACK, 'myapp://done'],
        LogoutURLs: ['https://app.example/bye'],
        SupportedIdentityProviders: ['COGNITO'],
        ...given,
      },
      call,
    )
    return UserPoolClient
  }
  const client = await createClient(options.client)
  await store.write((tx) =>
    tx.put(poolDomains, DOMAINS_SCOPE, 'shop', {
      Domain: 'shop',
      UserPoolId: poolId,
      AWSAccountId: ACCOUNT,
      region: 'us-east-1',
    }),
  )
  const operations: Readonly<Record<string, (input: never, call: StoreCall) => Promise<unknown>>> =
    {
      SignUp: signUp(pools),
      ConfirmSignUp: confirmSignUp(pools),
      ForgotPassword: forgotPassword(pools),
      ConfirmForgotPassword: confirmForgotPassword(pools),
      RespondToAuthChallenge: respondToAuthChallenge(pools),
      AssociateSoftwareToken: associateSoftwareToken(pools),
      VerifySoftwareToken: verifySoftwareToken(pools),
    }
  const grants = new LRUCache<string, Grant>({ max: 100 })
  const hosted = createHosted(
    {
      pools,
      grants,
      operation: async (name, input, given) => {
        const run = operations[name]
        assert.ok(run, name)
        return run(input as never, given)
      },
      ask: options.ask ?? (() => Promise.reject(new Error('nobody to ask'))),
      findTokenKey: options.findTokenKey ?? (async () => undefined),
    },
    callOf,
  )

  /** A browser of its own. */
  const browser = () => {
    const jar = new Map<string, string>()
    const send = async (target: string, sent: Sent = {}): Promise<Seen> => {
      const host = 'shop.auth.us-east-1.amazoncognito.com'
      const address = hostedAddress(host, target)
      assert.ok(address)
      const text = sent.body ?? (sent.form && new URLSearchParams(sent.form).toString())
      const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const request: HttpRequest = {
        method: sent.method ?? (text === undefined ? 'GET' : 'POST'),
        target,
        httpVersion: '1.1',
        headers: [
          ...(cookies === '' ? [] : ['cookie', cookies]),
          ...(text === undefined ? [] : ['content-type', 'application/x-www-form-urlencoded']),
          ...(sent.headers ?? []),
        ],
        host,
        body: {
          declaredBytes: text?.length ?? 0,
          read: async () => Buffer.from(text ?? ''),
          stream: async function* () {},
        },
        remoteAddress: '127.0.0.1',
        remotePort: 1,
        signal: new AbortController().signal,
      }
      const { statusCode, headers, body } = await hosted(request, address)
      const header = (name: string) => {
        const at = headers.findIndex((one, index) => index % 2 === 0 && one === name)
        return at < 0 ? undefined : headers[at + 1]
      }
      for (let at = 0; at < headers.length; at += 2) {
        if (headers[at] !== 'set-cookie') continue
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(headers[at + 1] ?? '') ?? []
        if (value === '') jar.delete(name)
        else jar.set(name, value)
      }
      return {
        status: statusCode,
        location: header('location') ?? '',
        text: String(body ?? ''),
        headers,
        header,
      }
    }
    /** Fills the form of a page and sends it. */
    const submit = (page: Seen, values: Readonly<Record<string, string>>): Promise<Seen> => {
      const action = unescape(/action="([^"]*)"/.exec(page.text)?.[1] ?? '')
      const form: Record<string, string> = {}
      for (const [input] of page.text.matchAll(/<input[^>]*>/g)) {
        const name = /name="([^"]*)"/.exec(input)?.[1] ?? ''
        form[unescape(name)] = unescape(/value="([^"]*)"/.exec(input)?.[1] ?? '')
      }
      return send(action, { form: { ...form, ...values } })
    }
    return { send, submit, jar }
  }

  const addProvider = (provider: Partial<PoolIdentityProvider> & { ProviderName: string }) =>
    store.write((tx) =>
      tx.put(identityProviders, poolScope(call, poolId), `${poolId}/${provider.ProviderName}`, {
        UserPoolId: poolId,
        ProviderType: 'OIDC',
        ProviderDetails: {},
        AttributeMapping: { username: 'sub' },
        IdpIdentifiers: [],
        CreationDate: 0,
        LastModifiedDate: 0,
        ...provider,
      }),
    )

  const addUser = async (name: string, given: Pick<UserPoolClient, 'ClientId'> = client) => {
    await signUp(pools)(
      {
        ClientId: given.ClientId,
        Username: name,
        Password: PASSWORD,
        UserAttributes: [{ Name: 'email', Value: `${name}@app.example` }],
      },
      call,
    )
    const code = mailbox.at(-1)?.code
    if (code !== undefined)
      await confirmSignUp(pools)(
        { ClientId: given.ClientId, Username: name, ConfirmationCode: code },
        call,
      )
  }
  return {
    store,
    clock,
    pools,
    poolId,
    client,
    createClient,
    browser,
    mailbox,
    addUser,
    addProvider,
    callOf,
  }
}

const unescape = (text: string): string =>
  text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))

export const queryFor = (
  clientId: string,
  given: Readonly<Record<string, string | undefined>> = {},
): string => {
  const all: Record<string, string | undefined> = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: CALLBACK,
    state: 'abc',
    ...given,
  }
  return new URLSearchParams(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ).toString()
}
