#!/usr/bin/env node
// Makes sure that programs from Debian packages are there: `node scripts/ensure-packages.js [--optional] NAME …`.
// Installed: nothing to do. As root: installed with apt-get. Otherwise one line that names the package.
// Plain JavaScript: it runs before anything is known about the machine's Node.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What is looked for, and the Debian package that has it. */
const PACKAGES = {
  aws: { command: 'aws', package: 'awscli' },
  chromium: { command: 'chromium', package: 'chromium' },
  curl: { command: 'curl', package: 'curl' },
  boto3: { python: 'boto3', package: 'python3-boto3' },
  ip: { command: 'ip', package: 'iproute2' },
  nginx: { command: 'nginx', package: 'nginx-light' },
  python3: { command: 'python3', package: 'python3' },
  wrk: { command: 'wrk', package: 'wrk' },
}

const isOnPath = (command) =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'].some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

const isThere = ({ command, python }) =>
  command === undefined
    ? spawnSync('/usr/bin/python3', ['-c', `import ${python}`]).status === 0
    : isOnPath(command)

const aptGet = (...args) =>
  spawnSync('apt-get', args, {
    stdio: ['ignore', process.stderr, 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0

/** Ends the process with status 1 where something is missing and cannot be installed. */
export const ensurePackages = (names, { optional = false } = {}) => {
  const missing = names.map((name) => PACKAGES[name]).filter((entry) => !isThere(entry))
  if (missing.length === 0) return
  const packages = missing.map((entry) => entry.package).join(' ')
  const isRoot = process.getuid?.() === 0
  if (isRoot && isOnPath('apt-get')) {
    process.stderr.write(`installing ${packages} …\n`)
    aptGet('update', '-q')
    if (aptGet('install', '-y', '-q', '--no-install-recommends', ...packages.split(' '))) return
  }
  process.stderr.write(`missing: ${packages}. Install with: sudo apt-get install ${packages}\n`)
  if (!optional) process.exit(1)
}

if (process.argv[1]?.endsWith('ensure-packages.js')) {
  const names = process.argv.slice(2)
  ensurePackages(
    names.filter((name) => !name.startsWith('--')),
    { optional: names.includes('--optional') },
  )
}
