// What the pages and endpoints of one pool draw on while they answer one request.
import type { LRUCache } from 'lru-cache'
import type { UserPool } from '#model/user-pool.ts'
import type { StoreCall } from '#store/transactional.ts'
import type { FindTokenKey } from '../../sts/web-identity.ts'
import type { SignInOrigin } from '../issue-tokens.ts'
import type { UserPoolParts } from '../parts.ts'
import type { HostedRequest } from './request.ts'

/** What a code stands for: who signed in, for whom, and what was asked. */
export interface Grant {
  readonly poolId: string
  readonly clientId: string
  readonly username: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly nonce?: string
  /** S256 of the verifier. */
  readonly codeChallenge?: string
  readonly origin: SignInOrigin
  readonly expiresAtMs: number
}

/** Codes that were given and not redeemed. A restart forgets them: their users sign in again. */
export type Grants = LRUCache<string, Grant>

/** Asks another provider. Rejects where it cannot be reached. */
export type AskProvider = (request: {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: readonly string[]
  readonly body?: string
}) => Promise<{ readonly statusCode: number; readonly text: string }>

/** An operation of user pools, by AWS's name: the pages do what every client could do by itself. */
export type CallOperation = (name: string, input: object, call: StoreCall) => Promise<unknown>

export interface HostedParts {
  readonly pools: UserPoolParts
  readonly grants: Grants
  readonly operation: CallOperation
  readonly ask: AskProvider
  readonly findTokenKey: FindTokenKey
}

export interface HostedContext {
  readonly parts: HostedParts
  readonly call: StoreCall
  readonly pool: UserPool
  readonly request: HostedRequest
  /** What comes before `/login` in addresses: empty at the domain's own host. */
  readonly base: string
  /** The pool's address as the browser has it: `http://shop.auth.localhost:3000`, with the base. */
  readonly origin: string
}
