// What the heap holds once all garbage is gone.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

export const heapBytes = (): number => {
  if (typeof collect !== 'function') throw new Error('this engine collects no garbage on demand')
  collect()
  return process.memoryUsage().heapUsed
}
