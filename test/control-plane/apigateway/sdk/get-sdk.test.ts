// The client is run as a page would run it: against a server on a socket that checks its signature with our verifier.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { createContext, runInContext } from 'node:vm'
import { inflateRawSync } from 'node:zlib'
import { createSigV4Verifier } from '#languages/sigv4/verify.ts'
import { systemClock } from '#shared/clock.ts'
import { badRequest, createSetting, notFound, operations } from '../setting.ts'

const SECRET = 'secret'

/** What the directory at the end of a zip file names, unpacked. */
const unzip = (zip: Buffer): Readonly<Record<string, string>> => {
  const end = zip.lastIndexOf(Buffer.from('504b0506', 'hex'))
  const count = zip.readUInt16LE(end + 10)
  let at = zip.readUInt32LE(end + 16)
  const files: [string, string][] = []
  for (let index = 0; index < count; index++) {
    const [packed, pathLength] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28)]
    const local = zip.readUInt32LE(at + 42)
    const path = zip.subarray(at + 46, at + 46 + pathLength).toString('utf8')
    const start = local + 30 + zip.readUInt16LE(local + 26)
    files.push([path, inflateRawSync(zip.subarray(start, start + packed)).toString('utf8')])
    at += 46 + pathLength
  }
  return Object.fromEntries(files)
}

interface Seen {
  readonly method: string | undefined
  readonly target: string | undefined
  readonly apiKey: unknown
  readonly signature: string
}

const startApi = async () => {
  const seen: Seen[] = []
  const verifier = createSigV4Verifier({
    clock: systemClock,
    service: 'execute-api',
    findCredentials: () => ({ secretAccessKey: SECRET }),
  })
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const verified = verifier.verify({
      method: request.method ?? '',
      target: request.url ?? '',
      headers: request.rawHeaders,
      body: Buffer.concat(chunks),
    })
    const { method, url: target, headers } = request
    seen.push({ method, target, apiKey: headers['x-api-key'], signature: verified.kind })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"name":"Rex"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server's address is never a string.
  const { port } = server.address() as AddressInfo
  return { seen, server, url: `http://127.0.0.1:${port}/dev` }
}

const createSdk = async () => {
  const { run, createApi } = createSetting()
  const { restApiId, rootId } = await createApi()
  const pets = await run(operations.CreateResource, {
    restApiId,
    parentId: rootId,
    pathPart: 'pets',
  })
  const { id: resourceId } = await run(operations.CreateResource, {
    restApiId,
    parentId: pets.id,
    pathPart: '{petId}',
  })
  for (const [httpMethod, authorizationType] of [
    ['GET', 'NONE'],
    ['POST', 'AWS_IAM'],
  ]) {
    const at = { restApiId, resourceId, httpMethod }
    const requestParameters = { 'method.request.querystring.verbose': false }
    await run(operations.PutMethod, { ...at, authorizationType, requestParameters })
    await run(operations.PutIntegration, { ...at, type: 'MOCK' })
  }
  await run(operations.CreateDeployment, { restApiId, stageName: 'dev' })
  const get = (sdkType: string) => run(operations.GetSdk, { restApiId, stageName: 'dev', sdkType })
  return { run, restApiId, get }
}

describe('GetSdk', () => {
  let api: Awaited<ReturnType<typeof startApi>>
  before(async () => {
    api = await startApi()
  })
  after(async () => {
    await new Promise((resolve) => {
      api.server.close(resolve)
      api.server.closeAllConnections()
    })
  })

  it('javascript: a zipped client that calls the methods of the stage, signed where they ask', async () => {
    const { get, restApiId } = await createSdk()
    const { body, contentDisposition } = await get('javascript')
    assert.match(contentDisposition, /^attachment; filename=".*\.zip"$/)
    const files = unzip(Buffer.from(body))
    assert.deepEqual(Object.keys(files), [
      'apiGateway-js-sdk/apigClient.js',
      'apiGateway-js-sdk/README.md',
    ])
    const text = files['apiGateway-js-sdk/apigClient.js'] ?? ''
    assert.ok(text.includes(`https://${restApiId}.execute-api.us-east-1.amazonaws.com/dev`))
    const context = createContext({ fetch, URL, TextEncoder, crypto, url: api.url, secret: SECRET })
    runInContext(text, context)
    const result: unknown = await runInContext(
      `(async () => {
        const config = { invokeUrl: url, apiKey: 'key', accessKey: 'AKID', secretKey: secret }
        const client = apigClientFactory.newClient(config)
        const read = await client.petsPetIdGet({ petId: 'a b/c', verbose: 'yes & no' })
        await client.petsPetIdPost({ petId: "it's" }, { name: 'Rex' }, { queryParams: { b: '2', a: '1' } })
        return JSON.stringify([read.status, read.data])
      })()`,
      context,
    )
    assert.equal(result, '[200,{"name":"Rex"}]')
    assert.deepEqual(api.seen, [
      {
        method: 'GET',
        target: '/dev/pets/a%20b%2Fc?verbose=yes%20%26%20no',
        apiKey: 'key',
        signature: 'refused',
      },
      {
        method: 'POST',
        target: '/dev/pets/it%27s?a=1&b=2',
        apiKey: 'key',
        signature: 'verified',
      },
    ])
  })

  it('names the languages of AWS, and refuses all but one plainly', async () => {
    const { run, get, restApiId } = await createSdk()
    const { items } = await run(operations.GetSdkTypes, {})
    assert.deepEqual(
      items.map(({ id }) => id),
      ['android', 'java', 'javascript', 'objectivec', 'ruby', 'swift'],
    )
    const type = await run(operations.GetSdkType, { id: 'swift' })
    assert.deepEqual(type, items.at(-1))
    await badRequest(
      get('swift'),
      'SDKs in iOS (Swift) are not made here: only javascript is. GetExport gives the OpenAPI definition that other generators take.',
    )
    await notFound(get('cobol'), 'Invalid SDK type specified: cobol')
    await notFound(run(operations.GetSdkType, { id: '' }), 'Invalid SDK type specified: ')
    const nowhere = { restApiId, stageName: 'nowhere', sdkType: 'javascript' }
    await notFound(run(operations.GetSdk, nowhere), 'Invalid stage identifier specified')
  })
})
