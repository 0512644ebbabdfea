// Publishes what a VPC link is called, inside the transaction of the operation that makes or changes it.
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { directory } from '#store/collections.ts'
import type { Transaction } from '#store/store.ts'

export const publishVpcLink = async (
  tx: Transaction,
  scope: Scope,
  id: string,
  names: readonly string[],
): Promise<void> => {
  await tx.put(directory, GLOBAL_SCOPE, keyOf(scope, id), { kind: 'vpc-link', names })
}

export const unpublishVpcLink = async (
  tx: Transaction,
  scope: Scope,
  id: string,
): Promise<void> => {
  await tx.delete(directory, GLOBAL_SCOPE, keyOf(scope, id))
}

const keyOf = ({ accountId, region }: Scope, id: string): string =>
  `vpc-link/${accountId}/${region}/${id}`
