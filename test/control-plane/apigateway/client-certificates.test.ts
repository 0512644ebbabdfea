import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, it } from 'node:test'
import { clientCertificates } from '#store/collections.ts'
import {
  badRequest,
  CERTIFICATE_SEAL,
  createSetting,
  notFound,
  NOW_MS,
  operations,
  SCOPE,
} from './setting.ts'

const UNKNOWN = 'Invalid Client Certificate identifier specified'

describe('a client certificate', () => {
  it('is of a real key pair, whose private key is kept sealed and never answered', async () => {
    const { run, store } = createSetting()
    const made = await run(operations.GenerateClientCertificate, {
      description: 'for the backend',
      tags: { a: '1' },
    })
    const { clientCertificateId: id } = made
    const certificate = new X509Certificate(made.pemEncodedCertificate)
    const kept = await store.read((view) => view.get(clientCertificates, SCOPE, id))
    assert.doesNotMatch(JSON.stringify(kept), /PRIVATE/)
    const key = CERTIFICATE_SEAL.open(kept?.sealedKey ?? '', id)
    assert.ok(certificate.checkPrivateKey(createPrivateKey(Buffer.from(key ?? ''))))
    assert.match(certificate.subject, /CN=ApiGateway/)
    assert.equal(certificate.validFromDate.getTime(), NOW_MS)
    assert.equal(certificate.validToDate.getTime(), made.expirationDate)
    assert.deepEqual(Object.keys(made).toSorted(), [
      'clientCertificateId',
      'createdDate',
      'description',
      'expirationDate',
      'pemEncodedCertificate',
      'tags',
    ])
    const one = { clientCertificateId: id }
    assert.deepEqual(await run(operations.GetClientCertificate, one), made)
    assert.deepEqual((await run(operations.GetClientCertificates, {})).items, [made])
    const updated = await run(operations.UpdateClientCertificate, {
      ...one,
      patchOperations: [{ op: 'replace', path: '/description', value: 'other' }],
    })
    assert.deepEqual(updated, { ...made, description: 'other' })
  })

  it('is not deleted while a stage shows it', async () => {
    const { run, createMockApi } = createSetting()
    const { restApiId } = await createMockApi()
    await run(operations.CreateDeployment, { restApiId, stageName: 'dev' })
    const { clientCertificateId } = await run(operations.GenerateClientCertificate, {})
    const one = { clientCertificateId }
    const show = (value: string) =>
      run(operations.UpdateStage, {
        restApiId,
        stageName: 'dev',
        patchOperations: [{ op: 'replace', path: '/clientCertificateId', value }],
      })
    await show(clientCertificateId)
    await badRequest(
      run(operations.DeleteClientCertificate, one),
      `Cannot delete client certificate '${clientCertificateId}', is referenced in stage: ${restApiId}/dev`,
    )
    await show('')
    await run(operations.DeleteClientCertificate, one)
    await notFound(run(operations.DeleteClientCertificate, one), UNKNOWN)
    await notFound(run(operations.GetClientCertificate, one), UNKNOWN)
  })
})
