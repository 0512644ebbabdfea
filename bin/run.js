#!/usr/bin/env node
// Runs a TypeScript file of this checkout with the pinned Node: `node bin/run.js scripts/generate.ts`.
import { becomeNode } from './pinned-node.js'

becomeNode(['--conditions=source', ...process.argv.slice(2)])
