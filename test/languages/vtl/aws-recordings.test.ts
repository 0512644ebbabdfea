// 198 renderings recorded from Amazon API Gateway itself, in 2023 and 2025.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { render, variablesOf } from './rendering.ts'

interface Recording {
  readonly test: string
  readonly template: string
  readonly context: Readonly<Record<string, unknown>> | string | null
  /** Parsed where the answer was JSON. */
  readonly aws: unknown
  /** Whether runs of white space were made one before it was stored. */
  readonly ws_normalised: boolean
}

const file = new URL('../../../../shared/data/vtl_aws_recorded.json', import.meta.url)
const skip = existsSync(file) ? false : 'shared/data/vtl_aws_recorded.json is not on this machine'
// Read where it is; each recording is checked below.
const recordings = skip ? [] : (JSON.parse(readFileSync(file, 'utf8')) as readonly Recording[])

const normalised = (text: string): string => text.replace(/\s+/g, ' ').trim()

describe('templates render as the service rendered them', { skip }, () => {
  for (const [index, recording] of recordings.entries()) {
    it(`${recording.test} (${index})`, () => {
      const { aws, template, context } = recording
      const variables = variablesOf(typeof context === 'object' && context !== null ? context : {})
      const text = render(template, { variables })
      if (typeof aws !== 'string') assert.deepEqual(text === '{}' ? {} : JSON.parse(text), aws)
      else if (recording.ws_normalised) assert.equal(normalised(text), normalised(aws))
      else assert.equal(text, aws)
    })
  }
})
