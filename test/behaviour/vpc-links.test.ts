// Private integrations from the template to the wire: `--upstream` says where a VPC link leads.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { SHAPES, startGateway } from '../support/gateway.ts'
import { startUpstream } from '../support/upstream.ts'

const LISTENER = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/pets/1/2'

const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Resources:
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network}}
  Link: {Type: AWS::ApiGateway::VpcLink, Properties: {Name: inner, TargetArns: [{Ref: Balancer}]}}
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Variables: {link: {Ref: Link}}
      DefinitionBody:
        openapi: 3.0.1
        info: {title: rest, version: '1'}
        paths:
          /pets:
            get: &get {x-amazon-apigateway-integration: {
              type: http_proxy, httpMethod: GET, uri: 'http://pets.internal:8080/all',
              connectionType: VPC_LINK, connectionId: '\${stageVariables.link}'}}
  LinkTwo: {Type: AWS::ApiGatewayV2::VpcLink, Properties: {Name: two, SubnetIds: [subnet-1]}}
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: dev
      DefinitionBody:
        openapi: 3.0.1
        info: {title: http, version: '1'}
        paths:
          /pets/{id}: {get: {x-amazon-apigateway-integration: {
            type: http_proxy, httpMethod: ANY, uri: '${LISTENER}', payloadFormatVersion: '1.0',
            connectionType: VPC_LINK, connectionId: {Ref: LinkTwo}}}}
          /cats: {get: {x-amazon-apigateway-integration: {
            type: http_proxy, httpMethod: ANY, uri: 'arn:aws:servicediscovery:us-east-1:1:service/srv-1',
            payloadFormatVersion: '1.0', connectionType: VPC_LINK, connectionId: {Ref: LinkTwo},
            requestParameters: {overwrite:path: /all, overwrite:header.host: cats.internal}}}}
`.replace('&get ', '')

/** A port of this machine on which nobody listens. */
const closedPort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  server.close()
  await once(server, 'close')
  return address.port
}

for (const shape of SHAPES) {
  it(`daemun ${shape} leads VPC links where --upstream says, past an address that is down`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-link-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const upstream = await startUpstream()
    t.after(() => upstream.close())
    const file = join(folder, 'template.yaml')
    await writeFile(file, TEMPLATE)
    const dead = `http://127.0.0.1:${await closedPort()}`
    const args = [
      ['--upstream', `inner=${dead},${upstream.url}`],
      ['--upstream', `${LISTENER}=${upstream.url}`],
    ].flat()
    const gateway = await startGateway({ shape, file, args })
    t.after(() => gateway.stop())
    const api = (protocol: string) => {
      const found = gateway.apis.find((one) => one.protocol === protocol)
      assert.ok(found)
      return found
    }

    // By the name of the link, which its id in a stage variable leads to; Host is that of the URI.
    for (let at = 0; at < 3; at++) {
      const pets = await gateway.call(api('REST'), '/prod/pets?a=1')
      const seen = JSON.parse(pets.text)
      assert.deepEqual([pets.status, seen.url], [200, '/all?a=1'])
      assert.equal(seen.headers.host, 'pets.internal:8080')
    }

    // By the ARN of a listener: the path as the client wrote it, with the stage.
    const pet = JSON.parse((await gateway.call(api('HTTP'), '/dev/pets/a%2Fb?c=1')).text)
    assert.equal(pet.url, '/dev/pets/a%2Fb?c=1')
    assert.equal(pet.headers.host, new URL(upstream.url).host)

    // Nothing leads there: said at the start, and answered as AWS answers for a link without targets.
    const cats = await gateway.call(api('HTTP'), '/dev/cats')
    assert.deepEqual([cats.status, cats.text], [503, '{"message":"Service Unavailable"}'])
    const ready = JSON.stringify(gateway.events.find(({ event }) => event === 'ready'))
    assert.match(ready, /VPC link arn:aws:servicediscovery:us-east-1:1:service\/srv-1/)
    assert.doesNotMatch(ready, /VPC link arn:aws:elasticloadbalancing/)
  })
}
