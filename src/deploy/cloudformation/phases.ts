// A stack that has to ask something outside the store (custom resources) is deployed in phases: each is a transaction,
// and between two of them nothing is locked, so that what is asked can itself call the management APIs. An undo log
// makes the phases one deployment again: whole, or as if it had not begun. docs/decisions/0004
import type { Store, Transaction } from '#store/store.ts'
import { createUndoLog, undoWork } from '#store/undo-log.ts'

export interface Phases {
  /** Whichever transaction is open. */
  readonly tx: Transaction
  /** Commits what was done, runs `work` outside any transaction, and goes on in a new one. */
  outside<T>(work: () => Promise<T>): Promise<T>
  /** What to do outside where the deployment fails after all: before or after the store is as it was. Last come first. */
  onFailure(step: FailureStep): void
}

export interface FailureStep {
  readonly when: 'before-undo' | 'after-undo'
  readonly run: () => Promise<void>
}

export interface PhasesOptions {
  readonly store: Store
  /** Names the deployment: its scope and stack. */
  readonly name: string
  /** Whether `outside` may be called: what is remembered for that costs a read for every write. */
  readonly mayLeave: (tx: Transaction) => Promise<boolean>
  /** Where the steps after a failure say what went wrong. */
  readonly onError: (error: unknown) => void
}

export const inPhases = async <T>(
  options: PhasesOptions,
  work: (phases: Phases) => Promise<T>,
): Promise<T> => {
  const { store, name } = options
  const log = createUndoLog(name)
  const steps: FailureStep[] = []
  let leaves = false
  let commits = 0
  let open = await begin(store)
  let tx = open.tx
  const begun = async (): Promise<void> => {
    open = await begin(store)
    tx = log.recording(open.tx)
    if (!(await log.isWhole(tx)))
      throw new Error('the gateway was reset while a stack was deployed')
  }
  const phases: Phases = {
    tx: {
      get: (...given) => tx.get(...given),
      list: (...given) => tx.list(...given),
      put: (...given) => tx.put(...given),
      delete: (...given) => tx.delete(...given),
      deletePrefix: (...given) => tx.deletePrefix(...given),
      clear: () => tx.clear(),
    },
    outside: async (asked) => {
      if (!leaves) throw new Error('a deployment in one transaction cannot leave it')
      await log.write(open.tx)
      await open.commit()
      commits++
      try {
        return await asked()
      } finally {
        await begun()
      }
    },
    onFailure: (step) => steps.unshift(step),
  }
  try {
    leaves = await options.mayLeave(open.tx)
    if (leaves) tx = log.recording(open.tx)
    const result = await work(phases)
    if (commits > 0) await log.forget(open.tx)
    await open.commit()
    return result
  } catch (error) {
    await open.abort(error)
    if (commits > 0) await takeBack(options, steps)
    throw error
  }
}

/** A step that fails is told of, and the others go on: the store comes back in any case. */
const takeBack = async (
  { store, name, onError }: PhasesOptions,
  steps: readonly FailureStep[],
): Promise<void> => {
  const runAll = async (when: FailureStep['when']): Promise<void> => {
    for (const step of steps) if (step.when === when) await step.run().catch(onError)
  }
  await runAll('before-undo')
  await undoWork(store, name)
  await runAll('after-undo')
}

/** A transaction that stays open until it is told how it ends. */
const begin = async (store: Store) => {
  const opened = Promise.withResolvers<Transaction>()
  const end = Promise.withResolvers<void>()
  const done = store.write(async (tx) => {
    opened.resolve(tx)
    await end.promise
  })
  done.catch(opened.reject)
  const tx = await opened.promise
  return {
    tx,
    commit: (): Promise<void> => {
      end.resolve()
      return done
    },
    abort: async (reason: unknown): Promise<void> => {
      end.reject(reason)
      await done.catch(() => undefined) // The error is on its way to the caller already.
    },
  }
}
