// The order in which a stack's resources come to be: whatever a resource names comes before it.

export class CycleError extends Error {
  override readonly name = 'CycleError'
  /** Logical ids, the first one repeated at the end. */
  readonly cycle: readonly string[]

  constructor(cycle: readonly string[]) {
    super(`cycle: ${cycle.join(' → ')}`)
    this.cycle = cycle
  }
}

/**
 * Names in dependency order. Among those that are ready the order is that of the file, except that those wait that are
 * late, the later the longer: a Deployment without DependsOn then still finds its methods, and a mapping its stage,
 * which AWS leaves to chance.
 */
export const dependencyOrder = (
  dependencies: ReadonlyMap<string, ReadonlySet<string>>,
  lateness: (name: string) => number,
): readonly string[] => {
  const order: string[] = []
  const done = new Set<string>()
  const waiting = new Map<string, number>()
  const dependents = new Map<string, string[]>()
  for (const [name, needs] of dependencies) {
    waiting.set(name, needs.size)
    for (const need of needs) dependents.set(need, [...(dependents.get(need) ?? []), name])
  }
  const names = [...dependencies.keys()]
  const position = new Map(names.map((name, index) => [name, index]))
  const place = (name: string) => lateness(name) * names.length + (position.get(name) ?? 0)
  const ready = names.filter((name) => waiting.get(name) === 0)
  while (ready.length > 0) {
    let next = 0
    for (let index = 1; index < ready.length; index++) {
      if (place(ready[index] ?? '') < place(ready[next] ?? '')) next = index
    }
    const [name = ''] = ready.splice(next, 1)
    order.push(name)
    done.add(name)
    for (const dependent of dependents.get(name) ?? []) {
      const left = (waiting.get(dependent) ?? 0) - 1
      waiting.set(dependent, left)
      if (left === 0) ready.push(dependent)
    }
  }
  if (order.length < names.length) throw new CycleError(findCycle(dependencies, done))
  return order
}

/** Walks from one undone name to an undone need of it until a name comes again. */
const findCycle = (
  dependencies: ReadonlyMap<string, ReadonlySet<string>>,
  done: ReadonlySet<string>,
): readonly string[] => {
  const walk: string[] = []
  let name = [...dependencies.keys()].find((candidate) => !done.has(candidate)) ?? ''
  while (!walk.includes(name)) {
    walk.push(name)
    name = [...(dependencies.get(name) ?? [])].find((need) => !done.has(need)) ?? ''
  }
  return [...walk.slice(walk.indexOf(name)), name]
}
