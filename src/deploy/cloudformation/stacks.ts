// Stacks as they are remembered: what a deployment compares with.
import { collection } from '#store/store.ts'
import type { StackResource } from './resource-type.ts'

export interface StackOutput {
  readonly value: string
  readonly description?: string
  readonly exportName?: string
}

export interface Stack {
  readonly name: string
  readonly resources: Readonly<Record<string, StackResource>>
  readonly outputs: Readonly<Record<string, StackOutput>>
  /** Names of exports of other stacks that it was made with. */
  readonly imports?: readonly string[]
}

/** By `{stackName}`, per account and region. */
export const stacks = collection<Stack>('cloudformation/stacks')
