// How the processes of a node use memory. Left alone, the engine lets garbage gather to several times of what is alive,
// and the C library keeps an arena for each thread: measured under B2, a worker with 16 MB alive had 180 MB (RSS), and
// 120 MB with these, for the same CPU time (bench/soak.ts, docs/performance.md). Whoever sets one of them keeps it.

const FLAGS: readonly (readonly [name: string, value: string])[] = [
  // The youngest garbage: collected more often, in less room.
  ['--max-semi-space-size', '4'],
  // The rest: collected when it is half of what was alive after the last time.
  ['--heap-growing-percent', '50'],
]

export interface Inherited {
  readonly execArgv: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Arguments of a child's Node: those of this one, and ours where it has none. */
export const nodeArguments = ({ execArgv, environment }: Inherited): string[] => {
  const given = [...execArgv, ...(environment['NODE_OPTIONS'] ?? '').split(' ')]
  const names = new Set(given.map((text) => text.split('=')[0]?.replaceAll('_', '-')))
  const ours = FLAGS.filter(([name]) => !names.has(name))
  return [...ours.map(([name, value]) => `${name}=${value}`), ...execArgv]
}

/** glibc reads it when a process starts; threads that compile and collect are few and seldom in each other's way. */
export const ARENAS: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '1' }
