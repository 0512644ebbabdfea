// AWS's SigV4 test suite as bytes on a connection: what the listener gives to the verifier is what was signed.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createSigV4Verifier, type SigV4Verifier } from '#languages/sigv4/verify.ts'
import type { StoredCredentials } from '#languages/sigv4/verify.ts'
import type { HttpListener } from '#transport/contract.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import { openRaw } from '../transport/raw-client.ts'

const FOLDER = join(import.meta.dirname, '../../../shared/data/vectors/sigv4')
const skip = existsSync(FOLDER) ? false : 'the SigV4 vectors are not on this machine'

/** Not HTTP: a space or bytes beyond ASCII in the target, a folded header line. AWS's front end refuses them too. */
const NO_HTTP = /space|utf8$|get-utf8|utf8-query|multiline/

describe('the SigV4 test suite, through a listener', { skip }, () => {
  let listener: HttpListener
  let verifier: SigV4Verifier<StoredCredentials> | undefined
  const errors: unknown[] = []
  before(async () => {
    listener = await startHttpListener({
      host: '127.0.0.1',
      port: 0,
      handler: async ({ method, target, headers, body }) => {
        const signed = { method, target, headers, body: await body.read(10_000) }
        const outcome = verifier?.verify(signed)
        return {
          statusCode: outcome?.kind === 'verified' ? 200 : 403,
          headers: [],
          body: outcome?.kind === 'refused' ? outcome.message : '',
          close: true,
        }
      },
      onError: (error) => errors.push(error),
    })
  })
  after(() => listener.close(0))

  for (const name of skip ? [] : readdirSync(FOLDER).sort()) {
    for (const form of ['header', 'query'] as const) {
      it(`${name}, ${form}`, async () => {
        const read = (file: string): string => readFileSync(join(FOLDER, name, file), 'latin1')
        const { credentials, ...context } = JSON.parse(read('context.json'))
        verifier = createSigV4Verifier({
          clock: { nowMs: () => Date.parse(context.timestamp) },
          region: context.region,
          service: context.service,
          path: { normalized: context.normalize, doubleEncoded: true },
          findCredentials: (id) =>
            id === credentials.access_key_id
              ? {
                  secretAccessKey: credentials.secret_access_key,
                  ...(credentials.token !== undefined && { sessionToken: credentials.token }),
                }
              : undefined,
        })
        const signature = read(`${form}-signature.txt`).trim()
        const text = read(`${form}-signed-request.txt`)
        const good = await answerTo(listener.port, text)
        if (NO_HTTP.test(name)) {
          assert.match(good, /^HTTP\/1\.1 (?:400|200) /)
          return
        }
        assert.match(good, /^HTTP\/1\.1 200 /)
        const flipped = (signature.startsWith('0') ? '1' : '0') + signature.slice(1)
        const bad = await answerTo(listener.port, text.replace(signature, flipped))
        assert.match(bad, /^HTTP\/1\.1 403 /)
        assert.deepEqual(errors, [])
      })
    }
  }
})

/** The file with the line ends of the wire, and the framing that the suite leaves out. */
const answerTo = async (port: number, file: string): Promise<string> => {
  const [head = '', ...rest] = file.split('\n\n')
  const body = rest.join('\n\n')
  const framed =
    body === '' || /content-length/i.test(head) ? '' : `Content-Length: ${body.length}\n`
  const client = await openRaw(port)
  client.send(`${`${head.trimEnd()}\n${framed}`.replaceAll('\n', '\r\n')}\r\n${body}`)
  return client.ended
}
