import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import type { LookupFunction } from 'node:net'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isLinkLocal } from '#transport/link-local.ts'
import { answering, client, fails, get } from './raw-upstream.ts'

/** Stands for DNS: answers of one lookup after the other, the last one again and again. */
const resolving = (...answers: readonly (readonly string[])[]): LookupFunction => {
  let asked = 0
  return (_name, _options, callback) => {
    const found = answers[Math.min(asked++, answers.length - 1)] ?? []
    callback(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
}

/** In a network of its own. */
const alone = (words: readonly string[]) => {
  const [command = '', ...args] = ['unshare', '-rn', ...words]
  return spawnSync(command, args, { encoding: 'utf8' })
}

describe('link-local and metadata addresses', () => {
  for (const address of [
    ...['169.254.169.254', '169.254.170.2', '169.254.170.23', '169.254.0.0', '169.254.255.255'],
    ...['fe80::1', 'FE80::1', 'fe80::1%eth0', 'febf:ffff::1', 'fd00:ec2::254', 'fd00:ec2::23'],
    ...['fd20:ce::254', 'fd00:42::42', '100.100.100.200', '192.0.0.192', '168.63.129.16'],
    ...['::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '0:0:0:0:0:ffff:a9fe:aa02', '::a9fe:a9fe'],
    ...['::ffff:0:a9fe:a9fe', '64:ff9b::a9fe:a9fe', '64:ff9b:1::a9fe:a9fe', '2002:a9fe:a9fe::1'],
    ...['::ffff:100.100.100.200', '64:ff9b::a83f:8110'],
  ]) {
    it(`has ${address}`, () => assert.equal(isLinkLocal(address), true))
  }
  for (const address of [
    ...['127.0.0.1', '::1', '::', '0.0.0.0', '10.0.0.1', '172.31.0.2', '192.168.1.1', '8.8.8.8'],
    ...['169.253.255.255', '169.255.0.0', '100.100.100.201', '::ffff:127.0.0.1', 'fec0::1'],
    ...['fd00:ec3::254', 'fd12:3456::1', '64:ff9b::808:808', 'localhost', ''],
  ]) {
    it(`has not ${address || 'what is no address'}`, () =>
      assert.equal(isLinkLocal(address), false))
  }
})

describe('the upstream client', () => {
  for (const host of [
    ...['169.254.169.254', '169.254.170.2', '2852039166', '0xA9FEA9FE', '0251.0376.0251.0376'],
    ...['0xa9.254.0251.254', '169.254.43518', '169.254.169.254.', '１６９.254.169.254'],
    ...['[fd00:ec2::254]', '[fe80::1]', '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]'],
    ...['[64:ff9b::a9fe:a9fe]'],
  ]) {
    it(`connects to http://${host} in no spelling`, (test) =>
      fails(client(test).call(get(new URL(`http://${host}`).origin)), 'forbidden', /no API leads/))
    it(`connects to https://${host} as little`, (test) =>
      fails(client(test).stream(get(new URL(`https://${host}`).origin)), 'forbidden'))
  }

  it('goes to none that a name resolves to, and says where it led', async (test) => {
    for (const found of [['169.254.169.254'], ['fe80::1', '::ffff:169.254.170.2']]) {
      const upstream = client(test, { resolve: resolving(found) })
      const says = new RegExp(`metadata\\.example \\(${found.join(', ')}\\) is a link-local`)
      await fails(upstream.call(get('http://metadata.example')), 'forbidden', says)
      await fails(upstream.call(get('https://metadata.example')), 'forbidden', says)
    }
  })

  it('goes to the address that it looked at: a name that leads elsewhere the next time is refused then', async (test) => {
    const { port } = await answering(
      test,
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      true,
    )
    const upstream = client(test, { resolve: resolving(['127.0.0.1'], ['169.254.169.254']) })
    const request = get(`http://rebinding.example:${port}`)
    assert.equal((await upstream.call(request)).statusCode, 200)
    await fails(upstream.call(request), 'forbidden')
    await fails(upstream.call(request), 'forbidden')
  })

  it('goes to the other addresses of a name that has such ones too', async (test) => {
    const { port } = await answering(test, 'HTTP/1.1 204 X\r\n\r\n')
    const upstream = client(test, {
      resolve: resolving(['169.254.169.254', '127.0.0.1', 'fe80::1']),
    })
    assert.equal((await upstream.call(get(`http://mixed.example:${port}`))).statusCode, 204)
  })

  it('gives a redirect back and follows none', async (test) => {
    const redirect =
      'HTTP/1.1 302 X\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n'
    const { origin } = await answering(test, redirect)
    assert.equal((await client(test).call(get(origin))).statusCode, 302)
  })

  it('is led there by nothing that leads connections elsewhere', async (test) => {
    const upstream = client(test, { connectTo: () => ({ host: '169.254.169.254', port: 80 }) })
    await fails(upstream.call(get('http://public.example')), 'forbidden')
  })

  it('reaches what may be there by name, and by no other name', (test) => {
    const script = fileURLToPath(new URL('./link-local-network.ts', import.meta.url))
    const made = alone(['true'])
    if (made.status !== 0) return test.skip('no network of its own can be made here (unshare -rn)')
    const command = 'ip link set lo up && ip addr add 169.254.169.254/32 dev lo && exec "$@"'
    const run = [process.execPath, '--conditions=source', script]
    const child = alone(['sh', '-c', command, 'sh', ...run])
    assert.equal(child.status, 0, child.stderr)
    assert.deepEqual(JSON.parse(child.stdout), {
      'by its address': 'forbidden',
      'by a name': 'forbidden',
      'by an allowed name': 200,
      'by an allowed address': 200,
      connections: 2,
    })
  })
})
