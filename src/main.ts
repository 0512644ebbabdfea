// Where Daemun begins: picks what this process is. `daemun serve` starts further processes of the same program with
// a role in their environment; everything else is a command for a person.
import { enableCompileCache } from 'node:module'

enableCompileCache() // The second start reads compiled code: most of a start is compiling.

const role = process.env.DAEMUN_ROLE

if (role === 'host') {
  const { runHost } = await import('./processes/host-process.ts')
  await runHost()
} else if (role === 'functions') {
  const { runFunctions } = await import('./processes/functions-process.ts')
  await runFunctions()
} else if (role === 'worker') {
  const { runWorker } = await import('./processes/worker-process.ts')
  await runWorker()
} else {
  const { runCommandLine } = await import('./cli/command-line.ts')
  await runCommandLine(process.argv)
}
