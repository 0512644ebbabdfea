#!/usr/bin/env node
// The command `daemun`: runs src/main.ts in a checkout and dist/main.js in the published package.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { becomeNode, isPinnedNode } from './pinned-node.js'

const source = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const built = fileURLToPath(new URL('../dist/main.js', import.meta.url))

if (existsSync(source) && process.env.DAEMUN_DIST !== '1') {
  becomeNode(['--conditions=source', source, ...process.argv.slice(2)])
} else if (isPinnedNode()) {
  await import(built)
} else {
  becomeNode([built, ...process.argv.slice(2)])
}
