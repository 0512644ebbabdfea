#!/usr/bin/env node
// `npm test`: makes sure of the programs that tests speak to, then runs the suite with the pinned Node.
//   npm test                         everything
//   npm test -- test/wire            one folder
//   npm test -- --long               with the slow soaks at their full length
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { becomeNode } from '../bin/pinned-node.js'
import { ensurePackages } from './ensure-packages.js'

const args = process.argv.slice(2)
const paths = args.filter((arg) => !arg.startsWith('--'))
if (args.includes('--long')) process.env.DAEMUN_TEST_LONG = '1'

ensurePackages(['python3', 'aws', 'chromium', 'curl', 'ip'])

const testFiles = (path) => {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true })
    .map((file) => join(path, file))
    .filter((file) => file.endsWith('.test.ts'))
}

const files = (paths.length === 0 ? ['test'] : paths).flatMap(testFiles).sort()
if (files.length === 0) {
  process.stderr.write(`no test files in ${paths.join(' ')}\n`)
  process.exit(1)
}
const options = args.filter((arg) => arg.startsWith('--test'))
// A test that hangs fails by itself: five minutes are several times what the longest takes.
const limits = ['--test-concurrency=2', '--test-timeout=300000']
becomeNode(['--conditions=source', '--test', ...limits, ...options, ...files])
