import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { createScreen } from '#cli/screen.ts'
import type { NodeEvent, ReportLine } from '#processes/events.ts'

const API = {
  id: 'a1b2c3d4e5',
  name: 'orders',
  protocol: 'REST',
  stages: ['prod'],
  urls: [
    'http://localhost:1/restapis/a1b2c3d4e5/prod/_user_request_/',
    'http://a1b2c3d4e5.x/prod/',
  ],
  routes: [{ method: 'GET', path: '/', target: 'mock', passes: ['auth IAM', 'throttle 10/s'] }],
  limitations: [{ effect: 'refused', where: 'GET /', feature: 'API keys' }],
} as const
const LINE: ReportLine = {
  where: 'Resources.Acl',
  feature: 'AWS::WAFv2::WebACL',
  effect: 'not provided here',
  file: 'template.yaml',
  line: 7,
}
const READY: NodeEvent = {
  event: 'ready',
  endpoint: 'http://localhost:1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  listeners: [{ origin: 'http://localhost:2', vpcEndpoint: 'vpce-0123456789abcdef0' }],
  apis: [API],
  services: [
    { kind: 'queue', name: 'Placed', feeds: ['lambda Place', 'after 3 tries queue Refused'] },
    { kind: 'bucket', name: 'site', note: 'http://site.s3-website.localhost:1/', feeds: [] },
  ],
  report: [LINE],
  readyMs: 1,
}

const plain = (text: string | undefined): string => stripVTControlCharacters(text ?? '')

test('the first screen has the URLs, the routes, and what is not honoured with what that means', () => {
  const text = plain(createScreen()(READY))
  assert.match(text, /REST +orders +http:\/\/localhost:1\/restapis\//)
  assert.match(text, /also +http:\/\/a1b2c3d4e5\.x\/prod\//)
  assert.match(text, /also +vpce-0123456789abcdef0 +http:\/\/localhost:2/)
  assert.match(text, /key +AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test/)
  assert.match(text, /GET +\/ +mock +auth IAM · throttle 10\/s/)
  assert.match(text, /queue +Placed +→ lambda Place, after 3 tries queue Refused/)
  assert.match(text, /bucket +site +http:\/\/site\.s3-website\.localhost:1\/$/m)
  assert.match(text, /orders: GET \/: API keys: requests are refused with 501/)
  assert.match(text, /Resources\.Acl: AWS::WAFv2::WebACL: not provided here \(template\.yaml:7\)/)
})

test('a WebSocket API has the address that its clients connect to', () => {
  const chat = { ...API, name: 'chat', protocol: 'WEBSOCKET', urls: ['ws://chat/'] } as const
  assert.match(plain(createScreen()({ ...READY, apis: [chat] })), /WS +chat +ws:\/\/chat\//)
})

test('a redeployment tells what is new: an API, a limitation, a line of the report', () => {
  const screen = createScreen()
  screen(READY)
  const redeployed = {
    event: 'redeployed',
    file: 'template.yaml',
    changes: ['create Other'],
    services: [],
    tookMs: 2,
  } as const
  const same = plain(screen({ ...redeployed, apis: [API], report: [LINE] }))
  assert.equal(same, '  redeployed template.yaml (2 ms): create Other\n')
  const limitations = [
    ...API.limitations,
    { effect: 'ignored', where: 'stage prod', feature: 'logs' },
  ] as const
  const other = { ...API, name: 'other', urls: ['http://other/'], limitations: [] }
  const news = plain(
    screen({
      ...redeployed,
      apis: [{ ...API, limitations }, other],
      report: [LINE, { ...LINE, where: 'Resources.B', feature: 'AWS::S3::Bucket' }],
    }),
  )
  assert.match(news, /! REST other http:\/\/other\//)
  assert.match(news, /! orders: stage prod: logs: no effect here/)
  assert.match(news, /! Resources\.B: AWS::S3::Bucket: not provided here/)
  assert.doesNotMatch(news, /WebACL|API keys/)
})

test('what a function writes keeps its colours and moves no cursor', () => {
  const line = '\u001b[31mred\u001b[0m \u001b[2J\rgone\nmore'
  const text = createScreen()({ event: 'function-log', function: 'F', line }) ?? ''
  assert.match(plain(text), /^ {2}F \| .*\n {2}F \| more\n$/)
  assert.ok(text.includes('\u001b[31mred\u001b[0m \\x1b[2J\\x0dgone'), JSON.stringify(text))
})

test('a deployment that failed is said with its file once, and that the last good one serves', () => {
  const file = 'template.yaml'
  const failed = (message: string) =>
    plain(createScreen()({ event: 'redeploy-failed', file, message }))
  assert.match(failed('template.yaml:3: no'), /not redeployed {3}template\.yaml:3: no\n.*served on/)
  assert.match(failed('no'), /not redeployed {3}template\.yaml: no\n/)
})
