// `node --conditions=source bench/authorization.ts`: the CPU time that the engines of authorization take for one request,
// of all threads: a busy machine makes it no longer.
// Issue 7 allows 50 µs for a signature and 5 µs for a resource policy of 20 statements; authorizer-cases.ts has the rest.
import { createSigners } from '#data-plane/admit/signers.ts'
import { compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import { contextOf } from '#languages/iam-policy/policy.ts'
import { readSignature } from '#languages/sigv4/read-signature.ts'
import { signRequest } from '#languages/sigv4/sign.ts'
import { createSigV4Verifier } from '#languages/sigv4/verify.ts'
import type { SigningIdentity } from '#model/identity.ts'
import { authorizerCases } from './authorizer-cases.ts'

const API = 'arn:aws:execute-api:us-east-1:123456789012:abc123'
const SCOPE = { region: 'us-east-1', service: 'execute-api' }
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not a secret' }

const invoke = {
  action: 'execute-api:Invoke',
  resource: `${API}/prod/GET/pets/1`,
  context: contextOf({ 'aws:SourceIp': '203.0.113.7', 'aws:username': 'ann' }),
}

const IDENTITY: SigningIdentity = {
  ...CREDENTIALS,
  accountId: '123456789012',
  arn: 'arn:aws:iam::123456789012:user/ann',
  userId: 'AIDAEXAMPLE',
  principal: {
    kind: 'principal',
    type: 'user',
    arn: 'arn:aws:iam::123456789012:user/ann',
    principalId: 'AIDAEXAMPLE',
    accountId: '123456789012',
    name: 'ann',
    policies: [
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${API}/*` }],
      }),
    ],
  },
  sessionPolicies: [],
  contextKeys: {},
}

const allow = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${API}/prod/GET/*` }
const identity = compilePolicy({ Version: '2012-10-17', Statement: [allow] })

const twentyStatements = compilePolicy(
  {
    Version: '2012-10-17',
    Statement: [
      ...Array.from({ length: 19 }, (_, index) => ({
        Effect: 'Deny',
        Principal: '*',
        Action: 'execute-api:*',
        Resource: `${API}/*`,
        Condition: {
          IpAddress: { 'aws:SourceIp': [`198.51.${index}.0/24`, `10.${index}.0.0/16`] },
        },
      })),
      { ...allow, Principal: '*' },
    ],
  },
  { kind: 'resource' },
)

/** No two of them have the same resource. */
const twentyPaths = compilePolicy(
  {
    Version: '2012-10-17',
    Statement: [
      ...Array.from({ length: 19 }, (_, index) => ({
        Effect: index % 2 ? 'Deny' : 'Allow',
        Principal: '*',
        Action: 'execute-api:Invoke',
        Resource: [`${API}/prod/GET/path${index}`, `${API}/*/POST/path${index}/*`],
        Condition: { StringEquals: { 'aws:SourceVpce': `vpce-${index}` } },
      })),
      { ...allow, Principal: '*' },
    ],
  },
  { kind: 'resource' },
)

const variables = compilePolicy({
  Version: '2012-10-17',
  Statement: [{ ...allow, Condition: { StringLike: { 'aws:username': '${aws:username}*' } } }],
})

const hostile = compilePolicy({
  Statement: [{ ...allow, Resource: `${API}/*${'a?'.repeat(500)}b*` }],
})

const nowMs = Date.now()
const request = {
  method: 'POST',
  target: '/prod/pets?type=dog&page=2',
  headers: ['Host', 'abc123.execute-api.us-east-1.amazonaws.com', 'Content-Type', 'text/plain'],
  body: Buffer.alloc(1024),
}
const signed = { ...request, headers: signRequest(request, CREDENTIALS, { ...SCOPE, nowMs }) }
const verifier = createSigV4Verifier({
  ...SCOPE,
  clock: { nowMs: () => nowMs },
  findCredentials: () => CREDENTIALS,
})

const signers = createSigners(() => IDENTITY)
const signature = readSignature(signed)
const moment = { nowMs, region: SCOPE.region, find: () => undefined }
const admitSigner = (): unknown => {
  if (signature.kind === 'refused') throw new Error(signature.message)
  const outcome = signers.verify(signature, signed, moment)
  if (outcome.kind === 'refused') throw new Error(outcome.message)
  return signers.evaluate(outcome.signer, invoke)
}

const CASES: readonly [name: string, run: () => unknown][] = [
  ['sigv4: header form, 1 KB body, known key', () => verifier.verify(signed)],
  ['AWS_IAM: signature and policies of a user', admitSigner],
  ['iam-policy: one statement', () => evaluatePolicies([identity], invoke)],
  [
    'iam-policy: 20 statements, 19 with IP ranges',
    () => evaluatePolicies([twentyStatements], invoke),
  ],
  ['iam-policy: 20 statements, 38 resources', () => evaluatePolicies([twentyPaths], invoke)],
  ['iam-policy: a policy variable', () => evaluatePolicies([variables], invoke)],
  [
    'iam-policy: adversarial wildcards',
    () => evaluatePolicies([hostile], { ...invoke, resource: `${API}/${'a'.repeat(1500)}` }),
  ],
]

const ROUNDS = 5
const ROUND_MS = 200

for (const [name, run] of [...CASES, ...(await authorizerCases())]) {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now()
    const before = process.cpuUsage()
    let count = 0
    while (performance.now() - start < ROUND_MS) {
      for (let index = 0; index < 100; index += 1) {
        const done = run()
        if (done instanceof Promise) await done
      }
      count += 100
    }
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / count)
  }
  times.sort((left, right) => left - right)
  const median = times[Math.floor(ROUNDS / 2)] ?? 0
  const perSecond = Math.round(1_000_000 / median).toLocaleString('en')
  process.stdout.write(`${name}: ${median.toFixed(2)} µs (${perSecond}/s)\n`)
}
