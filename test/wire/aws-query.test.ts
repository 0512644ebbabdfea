import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  CreateRoleCommand,
  GetRoleCommand,
  IAMClient,
  ListUsersCommand,
  NoSuchEntityException,
} from '@aws-sdk/client-iam'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { ServiceError } from '#wire/errors.ts'
import { credentials, serve, type Served, serverOf } from './served.ts'

const TIME = Date.UTC(2024, 1, 29, 12, 30, 15)
const clientOptions = { region: 'us-east-1', credentials, maxAttempts: 1 }

describe('a real client of an awsQuery service', () => {
  let iam: Served
  let sts: Served
  let sns: Served
  let client: IAMClient

  before(async () => {
    iam = await serve('iam', {
      CreateRole: ({ RoleName }: { RoleName: string }) => ({
        Role: {
          Path: '/',
          RoleName,
          RoleId: 'AROAEXAMPLE',
          Arn: `arn:aws:iam::111111111111:role/${RoleName}`,
          CreateDate: TIME,
          AssumeRolePolicyDocument: '{"a":"<&>\\u0001"}\r\n\u0001',
          Tags: [{ Key: 'a', Value: '1' }],
        },
      }),
      GetRole: () => {
        throw new ServiceError('NoSuchEntityException', 404, 'no <role> & no friend')
      },
      ListUsers: () => ({ Users: [], IsTruncated: false }),
    })
    sts = await serve('sts', {
      GetCallerIdentity: () => ({ Account: '111111111111', UserId: 'AIDA', Arn: 'arn:x' }),
    })
    sns = await serve('sns', { Publish: () => ({ MessageId: 'm-1' }) })
    client = new IAMClient({ ...clientOptions, endpoint: iam.endpoint })
  })
  after(() => Promise.all([iam, sts, sns].map((served) => served.close())))

  it('reads lists and structures of the form and writes them as XML', async () => {
    const { Role } = await client.send(
      new CreateRoleCommand({
        RoleName: 'r',
        AssumeRolePolicyDocument: '{"Version":"2012-10-17"}',
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'ü&', Value: '' },
        ],
        MaxSessionDuration: 3600,
      }),
    )
    assert.deepEqual(iam.inputs.at(-1), {
      RoleName: 'r',
      AssumeRolePolicyDocument: '{"Version":"2012-10-17"}',
      MaxSessionDuration: 3600,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'ü&', Value: '' },
      ],
    })
    assert.equal(Role?.CreateDate?.getTime(), TIME)
    assert.equal(Role?.AssumeRolePolicyDocument, '{"a":"<&>\\u0001"}\r\n\uFFFD')
    assert.deepEqual(Role?.Tags, [{ Key: 'a', Value: '1' }])
  })

  it('knows an error by its code of awsQuery and its escaped message', async () => {
    await assert.rejects(client.send(new GetRoleCommand({ RoleName: 'x' })), (error) => {
      assert(error instanceof NoSuchEntityException)
      assert.equal(error.message, 'no <role> & no friend')
      return true
    })
  })

  it('sees empty lists as lists', async () => {
    const { Users, IsTruncated } = await client.send(new ListUsersCommand({}))
    assert.deepEqual(Users, [])
    assert.equal(IsTruncated, false)
  })

  it('is told a missing member by its own name', async () => {
    // @ts-expect-error -- the SDK's types ask for the name that this call leaves out.
    await assert.rejects(client.send(new GetRoleCommand({})), {
      name: 'ValidationException',
      message:
        "1 validation error detected: Value null at 'roleName' failed to satisfy constraint: Member must not be null",
    })
  })

  it('sends maps with names of their own', async () => {
    const client = new SNSClient({ ...clientOptions, endpoint: sns.endpoint })
    const color = { DataType: 'String', StringValue: 'red' }
    const { MessageId } = await client.send(
      new PublishCommand({ TopicArn: 't', Message: 'hi', MessageAttributes: { color } }),
    )
    assert.equal(MessageId, 'm-1')
    const sent = { TopicArn: 't', Message: 'hi', MessageAttributes: { color } }
    assert.deepEqual(sns.inputs.at(-1), sent)
  })

  it('calls an operation without members', async () => {
    const client = new STSClient({ ...clientOptions, endpoint: sts.endpoint })
    const { Account } = await client.send(new GetCallerIdentityCommand({}))
    assert.equal(Account, '111111111111')
  })
})

describe('a form', () => {
  const post = async (body: string, target = '/') => {
    const { server, inputs } = await serverOf('iam', { ListUsers: () => ({ Users: [] }) })
    const request = { method: 'POST', target, headers: [], host: '', remoteAddress: '' }
    const answer = await server({ ...request, body: new TextEncoder().encode(body) })
    return { answer, inputs }
  }

  it('may come in the query of a call without a body', async () => {
    const { answer, inputs } = await post('', '/?Action=ListUsers&MaxItems=7')
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(inputs, [{ MaxItems: 7 }])
  })

  it('with an action that AWS does not have is refused in its words', async () => {
    const { answer } = await post('Action=Nope&Version=2010-05-08')
    assert.equal(answer.statusCode, 400)
    const text = 'Could not find operation Nope for version 2010-05-08'
    assert.match(String(answer.body), new RegExp(text))
  })

  it('of names like those of prototypes sets nothing but what the operation takes', async () => {
    const { answer, inputs } = await post('Action=ListUsers&__proto__.MaxItems=1&constructor=2')
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(inputs, [{}])
  })

  it('too deep or with too many fields is refused', async () => {
    for (const body of [
      `Action=ListUsers&${'a.'.repeat(100)}b=1`,
      `Action=ListUsers${'&a=1'.repeat(10_001)}`,
    ]) {
      const { answer } = await post(body)
      assert.equal(answer.statusCode, 400)
      assert.match(String(answer.body), /<Code>SerializationException<\/Code>/)
    }
  })
})
