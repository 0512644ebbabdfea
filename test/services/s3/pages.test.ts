// S3 for people without keys and for pages in browsers: bucket policies, CORS, static websites; a template's buckets,
// events to functions, and code of functions in a bucket.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as s3 from '@aws-sdk/client-s3'
import { type Gateway, startGateway } from '../../support/gateway.ts'

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Site:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: site
      WebsiteConfiguration:
        IndexDocument: index.html
        ErrorDocument: oops.html
        RoutingRules:
          - RoutingRuleCondition: { KeyPrefixEquals: old/ }
            RedirectRule: { ReplaceKeyPrefixWith: docs/, HttpRedirectCode: '302' }
          - RoutingRuleCondition: { HttpErrorCodeReturnedEquals: '403', KeyPrefixEquals: gone/ }
            RedirectRule: { HostName: archive.example, Protocol: https, ReplaceKeyWith: all.html }
      CorsConfiguration:
        CorsRules:
          - { AllowedMethods: [GET, PUT], AllowedOrigins: ['https://shop.example'], AllowedHeaders: ['*'] }
  SitePolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Site
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - { Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: !Sub '\${Site.Arn}/*' }
  Inbox:
    Type: AWS::S3::Bucket
    Properties: { BucketName: inbox }
  OnObject:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: |
        exports.handler = async (event) => { console.log('GOT ' + JSON.stringify(event)) }
      Events:
        Created: { Type: S3, Properties: { Bucket: !Ref Inbox, Events: 's3:ObjectCreated:*' } }
`

describe('S3 for pages and templates', () => {
  let folder: string
  let gateway: Gateway
  let client: s3.S3Client
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-s3-'))
    await writeFile(join(folder, 'template.yaml'), TEMPLATE)
    gateway = await startGateway({ shape: 'start', file: join(folder, 'template.yaml') })
    client = new s3.S3Client({
      endpoint: gateway.endpoint,
      forcePathStyle: true,
      region: 'us-east-1',
      credentials: gateway.credentials,
      maxAttempts: 1,
    })
    const put = (Key: string, Body: string) =>
      client.send(new s3.PutObjectCommand({ Bucket: 'site', Key, Body, ContentType: 'text/html' }))
    await put('index.html', '<h1>home</h1>')
    await put('docs/index.html', '<h1>docs</h1>')
    await put('oops.html', '<h1>oops</h1>')
  })
  after(async () => {
    client?.destroy()
    await gateway?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const ask = (
    host: string,
    path: string,
    options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) =>
    new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
      (resolve, reject) => {
        const { port } = new URL(gateway.endpoint)
        const { method = 'GET', headers = {} } = options
        const asked = { host: '127.0.0.1', port, path, method, agent: false as const }
        const sent = request({ ...asked, headers: { ...headers, host } }, (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (piece: string) => {
            text += piece
          })
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          )
        })
        sent.on('error', reject)
        sent.end()
      },
    )

  it('lets everybody read what the policy says, and no more', async () => {
    const open = await ask('site.s3.localhost', '/index.html')
    assert.deepEqual([open.status, open.text], [200, '<h1>home</h1>'])
    assert.equal((await ask('site.s3.us-east-1.amazonaws.com', '/index.html')).status, 200)
    assert.equal((await ask('site.s3.localhost', '/')).status, 403)
    assert.equal((await ask('inbox.s3.localhost', '/x')).status, 403)
    assert.equal((await ask('site.s3.localhost', '/x', { method: 'PUT' })).status, 403)
    assert.equal((await ask('site.s3.localhost', '/index.html', { method: 'DELETE' })).status, 403)
  })

  it('lets nobody in by a public policy where the bucket restricts it, and takes no such policy where it blocks it', async () => {
    const policy = (Condition: object): string => {
      const Resource = 'arn:aws:s3:::closed/*'
      const statement = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 's3:*', Resource }
      return JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Condition }] })
    }
    const from = (range: string) => policy({ IpAddress: { 'aws:SourceIp': range } })
    const closed = { Bucket: 'closed' }
    await client.send(new s3.CreateBucketCommand(closed))
    const block = (PublicAccessBlockConfiguration: s3.PublicAccessBlockConfiguration) =>
      client.send(new s3.PutPublicAccessBlockCommand({ ...closed, PublicAccessBlockConfiguration }))
    const put = (Policy: string) =>
      client.send(new s3.PutBucketPolicyCommand({ ...closed, Policy }))
    const read = async () => (await ask('closed.s3.localhost', '/nothing')).status
    await put(policy({}))
    assert.equal(await read(), 404)
    await block({ RestrictPublicBuckets: true })
    assert.equal(await read(), 403)
    await put(from('127.0.0.0/8'))
    assert.equal(await read(), 404)
    await put(from('0.0.0.0/1'))
    assert.equal(await read(), 403)
    await block({ BlockPublicPolicy: true })
    // AWS: what the bucket has already stays as it is.
    assert.equal(await read(), 404)
    for (const open of [policy({}), from('0.0.0.0/0'), from('::/0')])
      await assert.rejects(put(open), { name: 'AccessDenied', message: /BlockPublicPolicy/ })
    await put(policy({ StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }))
    assert.equal(await read(), 403)
    await client.send(new s3.DeletePublicAccessBlockCommand(closed))
    await put(policy({}))
    assert.equal(await read(), 404)
  })

  it('asks the conditions of a policy of whoever has not signed as it asks them of who has', async () => {
    const Bucket = 'linked'
    await client.send(new s3.CreateBucketCommand({ Bucket }))
    await client.send(new s3.PutObjectCommand({ Bucket, Key: 'a', Body: 'text' }))
    const of = (Effect: string, Condition: object) => {
      const Resource = `arn:aws:s3:::${Bucket}/*`
      return { Effect, Principal: '*', Action: 's3:GetObject', Resource, Condition }
    }
    const Statement = [
      of('Allow', { StringLike: { 'aws:Referer': 'http://pages.example/*' } }),
      of('Deny', { Bool: { 'aws:SecureTransport': 'false' } }),
      of('Deny', { DateGreaterThan: { 'aws:CurrentTime': '2999-01-01T00:00:00Z' } }),
    ]
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement })
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }))
    const read = async (headers: Readonly<Record<string, string>>) =>
      (await ask('linked.s3.localhost', '/a', { headers })).status
    assert.equal(await read({ referer: 'http://pages.example/index.html' }), 200)
    assert.equal(await read({ referer: 'http://elsewhere.example/' }), 403)
    assert.equal(await read({}), 403)
  })

  it('serves a website: index and error documents, folders', async () => {
    const host = 'site.s3-website.localhost'
    const home = await ask(host, '/')
    assert.deepEqual(
      [home.status, home.text, home.headers['content-type']],
      [200, '<h1>home</h1>', 'text/html'],
    )
    assert.equal((await ask(host, '/docs/')).text, '<h1>docs</h1>')
    const folderless = await ask(host, '/docs')
    assert.deepEqual([folderless.status, folderless.headers['location']], [302, '/docs/'])
    const missing = await ask(host, '/nothing')
    // AWS: who may not list learns nothing of what is not there.
    assert.deepEqual([missing.status, missing.text], [403, '<h1>oops</h1>'])
    assert.equal((await ask('inbox.s3-website.localhost', '/')).status, 404)
    assert.equal((await ask(host, '/', { method: 'PUT' })).status, 405)
  })

  it('leads on by routing rules: before a page is looked for, or where it would be an error', async () => {
    const host = 'site.s3-website.localhost'
    const old = await ask(host, '/old/a%20b')
    assert.deepEqual([old.status, old.headers['location']], [302, `http://${host}/docs/a%20b`])
    const gone = await ask(host, '/gone/x')
    assert.deepEqual(
      [gone.status, gone.headers['location']],
      [301, 'https://archive.example/all.html'],
    )
  })

  it('holds pages of browsers to the CORS configuration', async () => {
    const preflight = (origin: string, method: string) =>
      ask('site.s3.localhost', '/x', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': method },
      })
    const allowed = await preflight('https://shop.example', 'PUT')
    assert.equal(allowed.status, 200)
    assert.equal(allowed.headers['access-control-allow-origin'], 'https://shop.example')
    assert.equal((await preflight('https://evil.example', 'PUT')).status, 403)
    assert.equal((await preflight('https://shop.example', 'DELETE')).status, 403)
    const authorization =
      'AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'
    const forged = await ask('site.s3.localhost', '/?delete', {
      method: 'POST',
      headers: { origin: 'https://evil.example', authorization },
    })
    assert.equal(forged.status, 403)
    const read = await ask('site.s3.localhost', '/index.html', {
      headers: { origin: 'https://shop.example' },
    })
    assert.equal(read.headers['access-control-allow-origin'], 'https://shop.example')
  })

  it('tells the function that a template names of a new object', async () => {
    await client.send(new s3.PutObjectCommand({ Bucket: 'inbox', Key: 'a b+c', Body: 'hello' }))
    const { line } = await gateway.event(
      (event) => event.event === 'function-log' && String(event['line']).includes('GOT '),
    )
    const { Records } = JSON.parse(String(line).slice(String(line).indexOf('{')))
    assert.equal(Records[0].eventName, 'ObjectCreated:Put')
    assert.deepEqual([Records[0].s3.object.key, Records[0].s3.object.size], ['a+b%2Bc', 5])
  })

  it('keeps a bucket of the template that has something in it, and makes all anew at a reset', async () => {
    const response = await fetch(`${gateway.endpoint}/_daemun/reset`, { method: 'POST' })
    assert.equal(response.status, 200)
    const { KeyCount } = await client.send(new s3.ListObjectsV2Command({ Bucket: 'site' }))
    assert.equal(KeyCount, 0)
  })
})
