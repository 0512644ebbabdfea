#!/usr/bin/env node
// `npm run build`: compiles src/ to dist/ for the published package, and puts beside it what tsc leaves out.
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

rmSync('dist', { recursive: true, force: true })
const tsc = join('node_modules', '.bin', 'tsc')
const { status } = spawnSync(tsc, ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

/** Tables and the bootstraps that function processes run: used as they are. */
const COPIED = /\.(gen\.json|json|mjs|cjs|py|js)$/
for (const file of readdirSync('src', { recursive: true })) {
  if (COPIED.test(file)) cpSync(join('src', file), join('dist', file))
}
