import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { APIGatewayClient, GenerateClientCertificateCommand } from '@aws-sdk/client-api-gateway'
import { createSealing, sealingOf } from '#identity/sealing.ts'
import { sealCertificates } from '#processes/seal-certificates.ts'
import { systemRandom } from '#shared/random.ts'
import { clientCertificates } from '#store/collections.ts'
import { openSqliteStore } from '#store/sqlite.ts'
import { startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

const SCOPE = { accountId: '123456789012', region: 'eu-west-1' }
const CERTIFICATES = ['a1b2c3', 'd4e5f6']
const SEAL = sealingOf(
  createSealing(systemRandom.bytes(32), systemRandom),
  'client-certificate-key',
)

const folderOf = async (context: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-seal-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** All that is in the files of the store: its pages, in use or not, and its log. */
const bytesOf = (folder: string): string =>
  readdirSync(folder)
    .filter((name) => name.startsWith('daemun.db'))
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('')

it('a store that holds private keys open has them sealed when it is opened, and nothing of them is left', async (t) => {
  const folder = await folderOf(t)
  const path = join(folder, 'daemun.db')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const secretLine = pem.split('\n')[5] ?? ''
  const before = openSqliteStore(path)
  await before.write(async (tx) => {
    for (const id of CERTIFICATES) {
      // As versions before wrote it, certificate, description and all.
      const old = { clientCertificateId: id, description: 'x'.repeat(2_000), privateKeyPem: pem }
      await tx.put(clientCertificates, SCOPE, id, old as never)
    }
  })
  await before.close()
  assert.ok(bytesOf(folder).includes(secretLine))

  const store = openSqliteStore(path, [sealCertificates(SEAL)])
  assert.ok(!bytesOf(folder).includes(secretLine), 'while it is open')
  const read = (id: string) => store.read((view) => view.get(clientCertificates, SCOPE, id))
  for (const id of CERTIFICATES) {
    const { sealedKey = '', ...rest } = (await read(id)) ?? {}
    assert.deepEqual(rest, { clientCertificateId: id, description: 'x'.repeat(2_000) })
    const opened = createPrivateKey(Buffer.from(SEAL.open(sealedKey, id) ?? ''))
    assert.ok(opened.equals(privateKey))
    assert.equal(SEAL.open(sealedKey, 'another'), undefined)
  }
  await store.close()
  assert.ok(!bytesOf(folder).includes(secretLine), 'once it is closed')

  const revision = async () => {
    const again = openSqliteStore(path, [sealCertificates(SEAL)])
    const entry = await again.read((view) => view.get(clientCertificates, SCOPE, 'a1b2c3'))
    await again.close()
    return entry
  }
  assert.deepEqual(await revision(), await revision(), 'what is sealed stays as it is')
})

it('a gateway writes no private key of a client certificate, whoever asks for one', async (t) => {
  const folder = await folderOf(t)
  const file = join(folder, 'template.yaml')
  await writeFile(file, 'Resources: {Client: {Type: AWS::ApiGateway::ClientCertificate}}\n')
  const dataDir = join(folder, 'data')
  const gateway = await startGateway({ shape: 'start', file, dataDir })
  const client = new APIGatewayClient(sdkOptions(gateway))
  await client.send(new GenerateClientCertificateCommand({}))
  const written = bytesOf(dataDir)
  assert.equal(await gateway.stop(), 0)
  for (const text of [written, bytesOf(dataDir)]) {
    assert.match(text, /"sealedKey":"d1\./)
    assert.doesNotMatch(text, /PRIVATE KEY/)
  }
  const store = openSqliteStore(join(dataDir, 'daemun.db'))
  const scope = { accountId: '123456789012', region: 'us-east-1' }
  const kept = await store.read((view) => view.list(clientCertificates, scope))
  await store.close()
  assert.deepEqual(
    kept.map(({ value }) => value.sealedKey?.startsWith('d1.')),
    [true, true],
  )
})
