// Stacks inside a stack: each has its own template and its own name, and comes and goes in the transaction of the whole.
import path from 'node:path'
import { stackId } from './cloudformation/parameters.ts'
import type { NestedStacks } from './cloudformation/resource-type.ts'
import type { ResourceChange } from './cloudformation/resources.ts'
import { deleteStack, deployStack, type StackDeployment } from './cloudformation/stack.ts'
import type { DeployedTemplate } from './deploy-template.ts'
import { type PrepareOptions, prepareTemplate } from './prepare-template.ts'
import { failAt } from './template/source.ts'
import type { Path } from './template/path.ts'

/** Templates inside templates inside templates. */
const DEPTH_MAX = 10
/** Of one deployment, all levels together. */
const COUNT_MAX = 100

/** What came of nested stacks, for the result of the whole. */
export interface Collected {
  readonly templates: DeployedTemplate[]
  readonly changes: ResourceChange[]
  readonly files: string[]
  count: number
}

export interface NestedOptions {
  readonly shared: Omit<
    StackDeployment,
    'name' | 'source' | 'locate' | 'folder' | 'parameters' | 'report' | 'nested'
  >
  readonly collected: Collected
  readonly prepare: PrepareOptions
  /** The files from the outermost template to the one that nests. */
  readonly chain: readonly string[]
  /** Fails at a place of the template that nests. */
  readonly fail: (path: Path, problem: string, mend: string) => never
}

export const nestedStacksOf = (options: NestedOptions): NestedStacks => {
  const { shared, collected, chain, fail } = options
  const check = (file: string, at: Path): void => {
    if (chain.includes(file)) {
      const names = [...chain.slice(chain.indexOf(file)), file].map((name) => path.basename(name))
      fail(at, `nested stacks form a cycle: ${names.join(' → ')}`, 'Break the cycle')
    }
    if (chain.length >= DEPTH_MAX) {
      fail(at, `stacks are nested more than ${DEPTH_MAX} levels deep`, 'Flatten them')
    }
    if (++collected.count > COUNT_MAX) {
      fail(at, `more than ${COUNT_MAX} nested stacks`, 'Deploy some of them by themselves')
    }
  }
  const nested: NestedStacks = {
    deploy: async ({ name, file, logicalId, path: at, parameters }) => {
      check(file, at)
      const { defaults: _, as: __, ...inherited } = options.prepare
      const prepared = prepareTemplate(file, { ...inherited, parameters })
      const { source, locate, report, written } = prepared
      collected.templates.push({ written, report })
      const { stack, changes, files } = await deployStack({
        ...shared,
        name,
        source,
        locate,
        folder: path.dirname(file),
        parameters: prepared.parameters,
        report,
        nested: nestedStacksOf({
          ...options,
          chain: [...chain, file],
          fail: (place, problem, mend) => failAt(source, locate(place), problem, mend),
        }),
      })
      collected.changes.push(
        ...changes.map((change) => ({ ...change, logicalId: `${logicalId}.${change.logicalId}` })),
      )
      collected.files.push(file, ...prepared.files, ...files)
      return { stackId: stackId(shared.scope, name), outputs: stack.outputs }
    },
    remove: (name) => deleteStack({ ...shared, name, nested }),
  }
  return nested
}
