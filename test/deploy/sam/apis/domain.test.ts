import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTemplate } from '#deploy/template/read.ts'
import { createReport } from '#deploy/report.ts'
import { transformSam } from '#deploy/sam/transform.ts'
import { objectOf } from '#deploy/template/source.ts'
import { transformText } from '../template.ts'

const API = (path: string) => `
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionBody: {swagger: '2.0', info: {title: t, version: '1'}, paths: {}}
      Domain: {DomainName: api.example.com, CertificateArn: arn, BasePath: ${path}}`

test('APIs of one domain share it and have mappings of their own', () => {
  const text = `Transform: AWS::Serverless-2016-10-31\nResources:\n  One:${API('one')}\n  Two:${API('two')}\n`
  const source = readTemplate(text, 'template.yaml')
  const options = { parameters: new Map(), report: createReport(source) }
  const { template, errors } = transformSam(source.value, options)
  assert.deepEqual(errors, [])
  const types = Object.values(objectOf(template['Resources']) ?? {}).map(
    (one) => objectOf(one)?.['Type'],
  )
  const count = (type: string) => types.filter((one) => one === type).length
  assert.equal(count('AWS::ApiGateway::DomainName'), 1)
  assert.equal(count('AWS::ApiGateway::BasePathMapping'), 2)
})

test('a domain without a certificate is refused with the id of its API', () => {
  const { errors } = transformText(
    `Resources:\n  One:${API('one').replace('CertificateArn: arn, ', '')}\n`,
  )
  assert.deepEqual(
    errors.map(({ logicalId }) => logicalId),
    ['One'],
  )
})
