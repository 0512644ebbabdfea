#!/usr/bin/env node
// After `npm install`: adds to package-lock.json the packages for other platforms that the registry at hand did not
// have (a mirror may lack them). npm leaves such optional packages out when it writes the lock and then refuses, with
// "Missing: … from lock file", to install from it. Their entries need no more than name, version and platform.
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = 'package-lock.json'
const lock = JSON.parse(readFileSync(FILE, 'utf8'))

const OS = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  openharmony: 'openharmony',
  win32: 'win32',
}
const CPU = {
  arm: 'arm',
  arm64: 'arm64',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'x64',
}

/** `@oxlint/binding-linux-arm64-musl` → its operating system, processor and C library. */
const platformOf = (name) => {
  const words = name.split('/').at(-1).split('-')
  const os = words.find((word) => word in OS)
  const cpu = words.findLast((word) => word in CPU)
  if (os === undefined || cpu === undefined) return undefined
  const last = words.at(-1)
  const libc = last.startsWith('musl') ? 'musl' : last.startsWith('gnu') ? 'glibc' : undefined
  return { os: [os], cpu: [cpu], ...(os === 'linux' && libc !== undefined && { libc: [libc] }) }
}

const added = []
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    const platform = platformOf(name)
    if (lock.packages[key] !== undefined || platform === undefined) continue
    lock.packages[key] = { version, ...platform, ...(parent.dev && { dev: true }), optional: true }
    added.push(name)
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([left], [right]) => (left < right ? -1 : 1)),
)
writeFileSync(FILE, `${JSON.stringify(lock, undefined, 2)}\n`)
process.stdout.write(`${added.length} packages added to ${FILE}\n`)
