import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { renderSettings } from '../scripts/generate-settings.ts'
import { SettingsError } from '../src/setting-values.ts'
import { parseSettings } from '../src/settings.ts'

describe('settings', () => {
  it('have defaults, and a data directory beside the template', () => {
    const settings = parseSettings('start', ['/app/template.yaml'], {}, {})
    assert.equal(settings.port, 4566)
    assert.equal(settings.host, '127.0.0.1')
    assert.equal(settings.dataDir, '/app/.daemun')
    assert.equal(settings.watch, true)
    assert.ok(Object.isFrozen(settings))
  })

  it('have the data directory in a folder that is given, and not in what cdk synth empties', () => {
    const folder = join(import.meta.dirname, '../examples')
    const dataDir = (given: string) => parseSettings('start', [given], {}, {}).dataDir
    assert.equal(dataDir(folder), join(folder, '.daemun'))
    assert.equal(dataDir('/app/cdk.out'), '/app/.daemun')
  })

  it('come from flags before the environment', () => {
    const environment = { DAEMUN_PORT: '5000', DAEMUN_REGION: 'eu-west-1', DAEMUN_STRICT: 'true' }
    const settings = parseSettings('start', [], { port: '6000' }, environment)
    assert.deepEqual([settings.port, settings.region, settings.strict], [6000, 'eu-west-1', true])
  })

  it('take parameters with = in their value', () => {
    const { parameters } = parseSettings('start', [], { parameter: ['A=1', 'B=x=y'] }, {})
    assert.deepEqual(parameters, { A: '1', B: 'x=y' })
  })

  it('take VPC endpoints with their VPC, and the addresses of further listeners', () => {
    const given = {
      vpcEndpoint: [
        'vpce-0123456789abcdef0=127.0.0.1:8443',
        'vpce-0123456789abcdef1/vpc-0a1b2c3d4e5f60718=[::1]:0',
      ],
      proxyListener: ['0.0.0.0:9000'],
    }
    const { vpcEndpoints, proxyListeners } = parseSettings('start', [], given, {})
    assert.deepEqual(vpcEndpoints, [
      { vpceId: 'vpce-0123456789abcdef0', host: '127.0.0.1', port: 8443 },
      {
        vpceId: 'vpce-0123456789abcdef1',
        vpcId: 'vpc-0a1b2c3d4e5f60718',
        host: '::1',
        port: 0,
      },
    ])
    assert.deepEqual(proxyListeners, [{ host: '0.0.0.0', port: 9000 }])
  })

  it('take hosts as URLs have them', () => {
    const given = { allowedLinkLocal: ['169.254.170.2', 'Metadata.example', '[FD00:EC2:0::254]'] }
    const { allowedLinkLocal } = parseSettings('serve', [], given, {})
    assert.deepEqual(allowedLinkLocal, ['169.254.170.2', 'metadata.example', 'fd00:ec2::254'])
  })

  for (const [given, message] of [
    [{ port: 'x' }, /--port takes 0 to 65535 \(TCP port\), and got 'x'/],
    [{ account: '1' }, /--account takes twelve digits/],
    [{ parameter: ['A'] }, /--parameter takes Key=Value/],
    [{ vpcEndpoint: ['vpce-1=127.0.0.1:80'] }, /--vpc-endpoint takes vpce-…=address:port/],
    [{ vpcEndpoint: ['vpce-0123456789abcdef0=127.0.0.1'] }, /--vpc-endpoint takes address:port/],
    [{ vpcEndpoint: ['vpce-0123456789abcdef0/x=[::1]:1'] }, /--vpc-endpoint takes vpce-…/],
    [{ proxyListener: ['127.0.0.1:65536'] }, /--proxy-listener takes address:port/],
    [{ region: 'x y' }, /--region takes the name of a region/],
    [{ endpoint: ['s3=nowhere'] }, /--endpoint takes service=URL, and got 'nowhere' for s3/],
    [{ allowedLinkLocal: ['http://a'] }, /--allowed-link-local takes a host, and got 'http:\/\/a'/],
    [{ as: 'soap' }, /--as takes rest or http/],
  ] as const) {
    it(`refuse ${JSON.stringify(given)} by name`, () => {
      assert.throws(
        () => parseSettings('start', [], given, {}),
        (error) => error instanceof SettingsError && message.test(error.message),
      )
    })
  }

  it('are documented as they are', () => {
    const page = join(import.meta.dirname, '../docs/reference/settings.md')
    assert.equal(readFileSync(page, 'utf8'), renderSettings(), 'run npm run generate')
  })
})
