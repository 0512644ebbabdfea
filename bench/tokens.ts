// What B6 needs: an issuer with its keys, a thousand distinct tokens of it, and wrk's script that sends them in turn.
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { rsaKey, signToken } from '../test/support/tokens.ts'
import type { Server } from './servers.ts'

const TOKENS = 1000
const HOURS = 12

export interface Issuer extends Server {
  readonly tokens: readonly string[]
}

/** Answers from this process: only while nothing is measured, which holds for an hour after a key was fetched. */
export const startIssuer = async (): Promise<Issuer> => {
  const key = rsaKey()
  const server = createServer(({ url = '' }, response) => {
    const body = url.endsWith('/openid-configuration')
      ? { issuer, jwks_uri: `${issuer}/keys` }
      : { keys: [key.jwk] }
    response.end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const issuer = `http://127.0.0.1:${address.port}`
  const now = Math.floor(Date.now() / 1000)
  const tokens = Array.from({ length: TOKENS }, (_, at) =>
    signToken(key, {
      iss: issuer,
      aud: 'bench',
      sub: `user-${at}`,
      scope: 'openid profile',
      iat: now,
      exp: now + HOURS * 3600,
    }),
  )
  return {
    url: issuer,
    pids: [],
    tokens,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Sends every token once, so that all of them are known and the keys are fetched. Throws where one is refused. */
export const warmTokens = async (url: string, tokens: readonly string[]): Promise<void> => {
  for (const token of tokens) {
    const response = await fetch(`${url}/`, { headers: { authorization: `Bearer ${token}` } })
    await response.arrayBuffer()
    if (response.status !== 200) throw new Error(`a token was answered ${response.status}`)
  }
}

/** A script for `wrk -s`: one token after the other. */
export const writeTokenScript = async (
  folder: string,
  tokens: readonly string[],
): Promise<string> => {
  const file = join(folder, 'tokens.lua')
  await writeFile(
    file,
    `local tokens = { ${tokens.map((token) => `"Bearer ${token}"`).join(',\n')} }
local requests, at = {}, 0
init = function()
  for index, token in ipairs(tokens) do
    requests[index] = wrk.format("GET", nil, { Authorization = token })
  end
end
request = function()
  at = at % #requests + 1
  return requests[at]
end
`,
  )
  return file
}
