// AWS's own SigV4 test suite (from aws-c-auth, Apache-2.0), each case in its header and its query form. [T24]
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { SignableRequest } from '#languages/sigv4/message.ts'
import { createSigV4Verifier } from '#languages/sigv4/verify.ts'

const FOLDER = join(import.meta.dirname, '../../../../shared/data/vectors/sigv4')
const skip = existsSync(FOLDER) ? false : 'the SigV4 vectors are not on this machine'

interface Context {
  readonly credentials: {
    readonly access_key_id: string
    readonly secret_access_key: string
    readonly token?: string
  }
  readonly normalize: boolean
  readonly region: string
  readonly service: string
  readonly timestamp: string
}

const cases = skip ? [] : readdirSync(FOLDER).sort()
// Byte strings, as the transport gives them.
const read = (name: string, file: string): string =>
  readFileSync(join(FOLDER, name, file), 'latin1')

/** A request file: lines end in LF, a continued header line begins with a space. */
const parse = (text: string): SignableRequest => {
  const [head = '', ...body] = text.split('\n\n')
  const [first = '', ...lines] = head.replaceAll(/\n[ \t]+/g, ' ').split('\n')
  const method = first.slice(0, first.indexOf(' '))
  const target = first.slice(first.indexOf(' ') + 1, first.lastIndexOf(' '))
  const headers = lines
    .filter((line) => line !== '')
    .flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)])
  return { method, target, headers, body: Buffer.from(body.join('\n\n'), 'latin1') }
}

describe('AWS SigV4 test suite', { skip }, () => {
  for (const name of cases) {
    for (const form of ['header', 'query'] as const) {
      it(`${name} verifies in its ${form} form, and its canonical request is AWS's`, () => {
        const context: Context = JSON.parse(read(name, 'context.json'))
        const { credentials, normalize } = context
        const verifier = createSigV4Verifier({
          clock: { nowMs: () => Date.parse(context.timestamp) },
          region: context.region,
          service: context.service,
          path: { normalized: normalize, doubleEncoded: true },
          findCredentials: (id) =>
            id === credentials.access_key_id
              ? {
                  secretAccessKey: credentials.secret_access_key,
                  ...(credentials.token !== undefined && { sessionToken: credentials.token }),
                }
              : undefined,
        })
        const request = parse(read(name, `${form}-signed-request.txt`))
        const outcome = verifier.verify(request)
        assert.equal(outcome.kind, 'verified', JSON.stringify(outcome, undefined, 2))

        const signature = read(name, `${form}-signature.txt`).trim()
        const wrong = `${signature.startsWith('0') ? '1' : '0'}${signature.slice(1)}`
        const broken = parse(read(name, `${form}-signed-request.txt`).replace(signature, wrong))
        const refused = verifier.verify(broken)
        assert.equal(refused.kind, 'refused')
        const canonical = read(name, `${form}-canonical-request.txt`)
        const toSign = read(name, `${form}-string-to-sign.txt`)
        assert.equal(
          refused.kind === 'refused' && refused.message.includes(canonical.trimEnd()),
          // The token that was added after signing is in the query string and not in what was signed.
          !(name === 'post-sts-header-after' && form === 'query'),
        )
        if (name !== 'post-sts-header-after') {
          assert.ok(refused.kind === 'refused' && refused.message.includes(toSign.trimEnd()))
        }
      })
    }
  }
})
