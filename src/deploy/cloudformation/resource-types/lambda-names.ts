// How the types around a function find it.
import { functionArn } from '#model/arn.ts'
import { ServiceError } from '#wire/errors.ts'
import type { ResourceContext, ResourceType } from '../resource-type.ts'

/** A name, a partial or a whole ARN → the whole ARN, with its qualifier where it has one. */
export const arnOf = (name: string, { scope }: ResourceContext): string => {
  if (name.startsWith('arn:')) return name
  const parts = name.split(':')
  const at = parts.indexOf('function')
  const [plain = name, ...qualifier] = at < 0 ? parts : parts.slice(at + 1)
  return [functionArn(scope, plain), ...qualifier].join(':')
}

/** The resource of this stack that is the function of an ARN is only a record: its code does not lie here. */
export const isOnlyRecord = (arn: string, context: ResourceContext): boolean =>
  context.made(arn.split(':')[6] ?? '')?.keys['record'] === 'only'

/** The operation's output, or undefined where the function it names is not here. */
export const callIfThere = async (
  context: ResourceContext,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>> | undefined> => {
  try {
    return await context.call('lambda', operation, input)
  } catch (error) {
    if (!isMissing(error)) throw error
    return undefined
  }
}

/** Takes away what an operation made; where its function went first, it is gone already. */
export const deleting =
  (operation: string): ResourceType['delete'] =>
  async ({ keys }, { call }) => {
    const { input } = keys
    if (input === undefined) return
    try {
      await call('lambda', operation, JSON.parse(input)) // We wrote it.
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }

/** What `deleting` needs, as a resource remembers it. */
export const keysFor = (input: Readonly<Record<string, string>>) => ({
  input: JSON.stringify(input),
})

const isMissing = (error: unknown): boolean =>
  error instanceof ServiceError && error.code === 'ResourceNotFoundException'
