// A function as the pool has it: its `$LATEST`, its versions, and what is around them all: aliases, the reserved
// concurrency, asynchronous invocations.
import { parseArn } from '#model/arn.ts'
import type { AliasRoute, FunctionDocument, FunctionRouting } from '#model/function.ts'
import type { DeliverMessage, InvokeFunction, InvokeRequest } from '#model/ports.ts'
import { errorMessage } from '#shared/assert.ts'
import type { Random } from '#shared/random.ts'
import { EventInvocations, type EventResult, type KeptInvocation } from './event-invocations.ts'
import { reportResult } from './event-results.ts'
import type { Refusal } from './function-instances.ts'
import type { Outcome } from './function-process.ts'
import { type Concurrency, PooledFunction, type PoolParts } from './pooled-function.ts'

/** The version that an invocation is for. */
export interface Target {
  readonly version: string
  readonly pooled: PooledFunction
}

export interface MemberOptions {
  readonly arn: string
  readonly parts: PoolParts
  /** For destinations that are functions. */
  readonly invoke: InvokeFunction
  readonly deliver: DeliverMessage | undefined
}

const NO_ROUTING: FunctionRouting = { aliases: {}, asynchronous: {} }
const LATEST = '$LATEST'

export class PoolMember {
  readonly #options: MemberOptions
  readonly #versions = new Map<string, PooledFunction>()
  readonly #concurrency: Concurrency = { limit: undefined, active: 0 }
  readonly #events: EventInvocations
  #routing: FunctionRouting = NO_ROUTING

  constructor(options: MemberOptions) {
    const { settings, clock, journal } = options.parts
    this.#options = options
    this.#events = new EventInvocations({
      settings,
      clock,
      journal,
      run: (request, requestId) => this.#runEvent(request, requestId),
      settingsOf: (arn) => this.#routing.asynchronous[qualifierOf(arn)] ?? {},
      onResult: (result) => this.#report(result),
      onNotice: (text) => this.#notice(text),
      onDropped: (requestId, reason) =>
        this.#notice(`the asynchronous invocation ${requestId} was given up: ${reason}`),
    })
  }

  get latest(): PooledFunction | undefined {
    return this.#versions.get(LATEST)
  }

  get isEmpty(): boolean {
    return this.#versions.size === 0
  }

  all(): readonly PooledFunction[] {
    return [...this.#versions.values()]
  }

  /** Takes a version in the place of `before`, which is on its way out. */
  put(
    document: FunctionDocument,
    inspectPort: number | undefined,
    before: Promise<void> | undefined,
  ): void {
    const { parts } = this.#options
    const pooled = new PooledFunction(document, parts, this.#concurrency, inspectPort, before)
    this.#versions.set(document.Version ?? LATEST, pooled)
  }

  /** Takes a version out. */
  take(version: string): PooledFunction | undefined {
    const pooled = this.#versions.get(version)
    this.#versions.delete(version)
    return pooled
  }

  route(routing: FunctionRouting): void {
    this.#routing = routing
    this.#concurrency.limit = routing.reservedConcurrency
  }

  /** AWS: an alias or version that does not exist is a function that does not. [API reference: Invoke] */
  find(functionArn: string): Target | undefined {
    const qualifier = qualifierOf(functionArn)
    const alias = Object.hasOwn(this.#routing.aliases, qualifier)
      ? this.#routing.aliases[qualifier]
      : undefined
    const version = alias === undefined ? qualifier : draw(alias, this.#options.parts.random)
    const pooled = this.#versions.get(version)
    return pooled && { version, pooled }
  }

  /** An asynchronous invocation; false where too many wait, or it could not be kept. */
  async accept(request: InvokeRequest, requestId: string): Promise<boolean> {
    try {
      return await this.#events.add(request, requestId)
    } catch (error) {
      this.#notice(`an asynchronous invocation was not accepted: ${errorMessage(error)}`)
      return false
    }
  }

  resume(invocation: KeptInvocation): void {
    this.#events.resume(invocation)
  }

  /** The function is no more. */
  remove(): void {
    this.#events.remove()
  }

  close(): void {
    this.#events.close()
  }

  async #runEvent(request: InvokeRequest, requestId: string): Promise<Outcome | Refusal> {
    const target = this.find(request.functionArn)
    if (target !== undefined) return target.pooled.run(request, requestId, false)
    return { kind: 'throttled', reason: `there is no ${request.functionArn} any more` }
  }

  async #report(result: EventResult): Promise<void> {
    const { parts, invoke, deliver } = this.#options
    const { functionArn } = result.request
    const target = this.find(functionArn)
    await reportResult(result, {
      settings: this.#routing.asynchronous[qualifierOf(functionArn)] ?? {},
      deadLetterArn: target?.pooled.document.deadLetterArn,
      executedVersion: target?.version ?? LATEST,
      nowMs: parts.clock.nowMs(),
      invoke,
      deliver,
      onNotice: (text) => this.#notice(text),
    })
  }

  #notice(text: string): void {
    const name = parseArn(this.#options.arn)?.resource.split(':')[1] ?? this.#options.arn
    this.#options.parts.onNotice(name, text)
  }
}

/** AWS: each invocation draws for itself. [guide: configuring-alias-routing] */
const draw = (alias: AliasRoute, random: Random): string => {
  const weights = Object.entries(alias.AdditionalVersionWeights ?? {})
  if (weights.length === 0) return alias.FunctionVersion
  const drawn = fraction(random)
  let sum = 0
  for (const [version, weight] of weights) {
    sum += weight
    if (drawn < sum) return version
  }
  return alias.FunctionVersion
}

/** From 0 to 1, without 1. */
const fraction = (random: Random): number => {
  const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4)
  return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32
}

const qualifierOf = (functionArn: string): string => {
  const arn = unqualified(functionArn)
  return arn === functionArn ? LATEST : functionArn.slice(arn.length + 1)
}

/** `arn:aws:lambda:us-east-1:123456789012:function:name:qualifier` without its qualifier. */
export const unqualified = (arn: string): string => {
  let colons = 0
  for (let index = 0; index < arn.length; index += 1) {
    if (arn.charCodeAt(index) === COLON && ++colons === 7) return arn.slice(0, index)
  }
  return arn
}

const COLON = 58
