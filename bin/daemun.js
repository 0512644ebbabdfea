#!/usr/bin/env -S node --
// The command `daemun`: runs src/main.ts in a checkout and dist/main.js in the published package.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { becomeNode, isPinnedNode } from './pinned-node.js'

const source = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const built = fileURLToPath(new URL('../dist/main.js', import.meta.url))

// Without it Node takes --env-file for its own, wherever it stands.
const OPTIONS_END = ['--']

if (existsSync(source) && process.env.DAEMUN_DIST !== '1') {
  becomeNode(['--conditions=source', ...OPTIONS_END, source, ...process.argv.slice(2)])
} else if (isPinnedNode()) {
  await import(built)
} else {
  becomeNode([...OPTIONS_END, built, ...process.argv.slice(2)])
}
