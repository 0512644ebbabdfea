// Every operation of both services, called with the real SDK clients: with ids that nothing has, with those of another
// account or region, and whether each has a test of its success at all.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import * as v1 from '@aws-sdk/client-api-gateway'
import * as v2 from '@aws-sdk/client-apigatewayv2'
import { createMemoryStore } from '#store/memory.ts'
import { loadServiceTable } from '#wire/table.ts'
import { ACCOUNT, type Clients, startClients } from './clients.ts'
import { minimalInput, NOTHING } from './minimal-inputs.ts'
import { REFUSALS_V1, REFUSALS_V2 } from './refusals.ts'

type Service = 'apigateway' | 'apigatewayv2'

const SERVICES = [
  ['apigateway', REFUSALS_V1],
  ['apigatewayv2', REFUSALS_V2],
] as const

/** Nothing that a caller can say is wrong with these: all they take is a page size that any number fits. */
const NEVER_REFUSED: ReadonlySet<string> = new Set(['GetAccount', 'GetSdkTypes'])

const SDK: Readonly<Record<Service, object>> = { apigateway: v1, apigatewayv2: v2 }

/** `error status message` of a refusal, `answered` of anything else. */
const outcomeOf = async (
  { v1: rest, v2: http }: Clients,
  service: Service,
  name: string,
  input: object,
): Promise<string> => {
  // The commands of a package, by name: each is a class that takes an input.
  const Command = Reflect.get(SDK[service], `${name}Command`) as new (given: object) => never
  try {
    await (service === 'apigateway' ? rest.send(new Command(input)) : http.send(new Command(input)))
    return 'answered'
  } catch (error) {
    const { name: code, message } = error as Error
    const status = Reflect.get(Reflect.get(error as object, '$metadata') ?? {}, 'httpStatusCode')
    return `${code} ${status} ${message}`
  }
}

for (const [service, refusals] of SERVICES) {
  it(`every operation of ${service} refuses ids that nothing has, in AWS's words`, async (t) => {
    const clients = await startClients()
    t.after(() => clients.close())
    const table = await loadServiceTable(service)
    const found: Record<string, string[]> = {}
    for (const name of Object.keys(table.document.operations)) {
      if (NEVER_REFUSED.has(name)) continue
      const operation = table.operation(name) ?? assert.fail(name)
      const outcome = await outcomeOf(clients, service, name, minimalInput(service, operation))
      ;(found[outcome] ??= []).push(name)
    }
    const sorted = (groups: Readonly<Record<string, readonly string[]>>) =>
      Object.fromEntries(Object.entries(groups).map(([key, names]) => [key, names.toSorted()]))
    assert.deepEqual(sorted(found), sorted(refusals))
  })
}

for (const [where, other] of [
  ['another region', { region: 'eu-west-1' }],
  ['another account', { accountId: '222222222222' }],
] as const) {
  it(`an API of ${where} is an API that is not there, for every operation`, async (t) => {
    const store = createMemoryStore()
    const home = await startClients({ store })
    t.after(() => home.close())
    const restApiId = await home.createRestApi()
    const { ApiId: apiId = '' } = await home.v2.send(
      new v2.CreateApiCommand({ Name: 'pets', ProtocolType: 'HTTP' }),
    )
    const away = await startClients({ store, ...other })
    t.after(() => away.close())
    const account = 'accountId' in other ? other.accountId : ACCOUNT
    for (const [service, refusals] of SERVICES) {
      const id = service === 'apigateway' ? restApiId : apiId
      const table = await loadServiceTable(service)
      const expected = new Map(
        Object.entries(refusals).flatMap(([refusal, names]) =>
          names.map((name) => [name, refusal] as const),
        ),
      )
      for (const name of Object.keys(table.document.operations)) {
        const operation = table.operation(name) ?? assert.fail(name)
        if (!operation.input.members.some((one) => one.in === 'label' && API_IDS.has(one.name))) {
          continue
        }
        const input = minimalInput(service, operation, { restApiId: id, apiId: id })
        const outcome = await outcomeOf(away, service, name, input)
        const unknown = expected.get(name)?.replace(`${ACCOUNT}:${NOTHING}`, `${account}:${id}`)
        assert.equal(outcome, unknown, `${service} ${name}`)
      }
    }
    assert.equal((await home.v1.send(new v1.GetRestApiCommand({ restApiId }))).name, 'pets')
  })
}

const API_IDS: ReadonlySet<string> = new Set(['restApiId', 'apiId'])

it('every operation is called in a conformance or behaviour test of its own', async () => {
  const texts = ['../conformance', '../behaviour'].flatMap((folder) => {
    const path = join(import.meta.dirname, folder)
    return readdirSync(path)
      .filter((file) => file.endsWith('.test.ts') || file === 'terraform-v1.ts')
      .map((file) => readFileSync(join(path, file), 'utf8'))
  })
  const called = new Set(texts.flatMap((text) => text.match(/\b[A-Z]\w+(?=Command\b)/g) ?? []))
  for (const [service] of SERVICES) {
    const { document } = await loadServiceTable(service)
    const missing = Object.keys(document.operations).filter((name) => !called.has(name))
    assert.deepEqual(missing, [], `operations of ${service} without a test of their success`)
  }
})
