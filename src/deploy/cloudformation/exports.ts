// Exports of stacks, and who imports them: a name belongs to one stack, and what is imported cannot be taken away.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
import type { Scope } from '#model/scope.ts'
import type { JsonValue } from '#shared/json.ts'
import type { View } from '#store/store.ts'
import { failAt, type TemplateSource } from '../template/source.ts'
import { type Stack, stacks } from './stacks.ts'

export const otherStacks = async (
  view: View,
  scope: Scope,
  name: string,
): Promise<readonly Stack[]> =>
  (await view.list(stacks, scope)).map(({ value }) => value).filter((stack) => stack.name !== name)

/** As parameters that no template can declare. */
export const exportedValues = (
  others: readonly Stack[],
): readonly (readonly [string, JsonValue])[] =>
  others.flatMap((stack) =>
    [...exportsOf(stack)].map(([name, value]) => [`import ${name}`, value] as const),
  )

const exportsOf = (stack: Stack | undefined): ReadonlyMap<string, string> =>
  new Map(
    Object.values(stack?.outputs ?? {}).flatMap(({ exportName, value }): [string, string][] =>
      exportName === undefined ? [] : [[exportName, value]],
    ),
  )

/** AWS: an export's name is used once per account and region. */
export const checkExports = (
  stack: Stack,
  others: readonly Stack[],
  source: TemplateSource,
): void => {
  const taken = new Map(
    others.flatMap((other) => [...exportsOf(other).keys()].map((name) => [name, other.name])),
  )
  for (const [output, { exportName }] of Object.entries(stack.outputs)) {
    const owner = exportName === undefined ? undefined : taken.get(exportName)
    if (owner === undefined) continue
    failAt(
      source,
      ['Outputs', output, 'Export'],
      `Export with name ${exportName} is already exported by stack ${owner}`,
      'Give it another name',
    )
  }
}

/** `after` is undefined where the stack is deleted. */
export const refuseRemovedExports = (
  before: Stack | undefined,
  after: Stack | undefined,
  others: readonly Stack[],
  refuse: (problem: string, mend: string) => never,
): void => {
  const now = exportsOf(after)
  for (const [name, value] of exportsOf(before)) {
    if (now.get(name) === value) continue
    const users = others.filter((other) => other.imports?.includes(name) === true)
    if (users.length === 0) continue
    const how = now.has(name) ? 'updated' : 'deleted'
    const names = users.map((user) => user.name).join(', ')
    refuse(
      `Export ${name} cannot be ${how} as it is in use by ${names}`,
      'Deploy the stacks that import it without it first',
    )
  }
}
