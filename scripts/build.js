#!/usr/bin/env node
// `npm run build`: compiles src/ to dist/ for the published package. A start is mostly the loading of modules, so they
// are bundled into a few chunks; libraries too, so that a release runs what was tested. `npm run types` checks types.
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { build } from 'esbuild'

const SRC = resolve('src')
const DIST = resolve('dist')

/** Tables and the bootstraps that function processes run: used as files, where their folders are. */
const COPIED = /\.(json|mjs|py)$/

/** Code of a chunk still finds the files beside its source: `import.meta.url` stays what it was before bundling. */
const keepPlaces = {
  name: 'keep-places',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      if (!text.includes('import.meta.url') || !path.startsWith(SRC)) return undefined
      const place = relative(SRC, path).replaceAll('\\', '/').replace(/\.ts$/, '.js')
      const url = `new URL('./${place}', import.meta.url).href`
      return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' }
    })
  },
}

rmSync(DIST, { recursive: true, force: true })
await build({
  entryPoints: [join(SRC, 'main.ts')],
  outdir: DIST,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  conditions: ['source'],
  chunkNames: 'chunk-[hash]',
  // They carry binaries of their own; esbuild is optional where it runs.
  external: ['dynalite', 'esbuild'],
  // CommonJS libraries inside a bundle of ES modules still ask for `require`.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  plugins: [keepPlaces],
  logLevel: 'warning',
})

for (const file of readdirSync(SRC, { recursive: true })) {
  if (COPIED.test(file)) cpSync(join(SRC, file), join(DIST, file))
}
