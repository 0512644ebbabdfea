// Requests with a user pool of this gateway in their directory.
import { acceptRequest } from '#data-plane/accept/request.ts'
import { handleHttpApiRequest } from '#data-plane/http-api.ts'
import type { Directory, HttpStagePlan } from '#data-plane/plan.ts'
import type { FindEntry, PoolEntry } from '#model/documents.ts'
import { type Heard, type Sent, sentRequest } from './http-api.ts'

export const directoryOf = (pool: PoolEntry): Directory => {
  const find = (kind: string, name: string) =>
    kind === 'user-pool' && name === pool.poolId ? pool : undefined
  return { revision: 1, findApi: () => undefined, find: find as FindEntry }
}

export const askPooled = (stage: HttpStagePlan, heard: Heard, pool: PoolEntry, sent: Sent) => {
  const http = sentRequest(sent)
  const [path = '/'] = http.target.split('?')
  const address = {
    apiId: stage.apiId,
    stageName: stage.stageName,
    path,
    fullPath: path,
    domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'abc123',
  }
  const request = acceptRequest(http, address, heard.services, 'HTTP', directoryOf(pool))
  return handleHttpApiRequest(request, stage, heard.services)
}
