// The AWS CLI and boto3 against DynamoDB and S3 of a running gateway, each with a table of what they do.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { type Gateway, startGateway } from '../support/gateway.ts'

const run = promisify(execFile)

const BOTO3 = `
import boto3, io, os, urllib.request
from botocore.config import Config
common = dict(endpoint_url=os.environ['ENDPOINT'], region_name='us-east-1')
s3 = boto3.client('s3', config=Config(s3={'addressing_style': 'path'}), **common)
s3.create_bucket(Bucket='boto')
body = os.urandom(9 * 1024 * 1024)
s3.upload_fileobj(io.BytesIO(body), 'boto', 'dir/a b+c\\u00e9')
assert s3.get_object(Bucket='boto', Key='dir/a b+c\\u00e9')['Body'].read() == body
assert s3.get_object(Bucket='boto', Key='dir/a b+c\\u00e9', Range='bytes=5-9')['Body'].read() == body[5:10]
s3.put_object(Bucket='boto', Key='small', Body=b'x', Metadata={'k': 'v'}, ChecksumAlgorithm='SHA256')
assert s3.head_object(Bucket='boto', Key='small')['Metadata'] == {'k': 'v'}
assert [o['Key'] for o in s3.list_objects_v2(Bucket='boto')['Contents']] == ['dir/a b+c\\u00e9', 'small']
assert [p['Prefix'] for p in s3.list_objects(Bucket='boto', Delimiter='/')['CommonPrefixes']] == ['dir/']
url = s3.generate_presigned_url('get_object', Params={'Bucket': 'boto', 'Key': 'small'}, ExpiresIn=60)
assert urllib.request.urlopen(url).read() == b'x'
s3.copy_object(Bucket='boto', Key='copy', CopySource={'Bucket': 'boto', 'Key': 'dir/a b+c\\u00e9'})
gone = s3.delete_objects(Bucket='boto', Delete={'Objects': [{'Key': k} for k in ['copy', 'small', 'dir/a b+c\\u00e9']]})
assert len(gone['Deleted']) == 3
s3.delete_bucket(Bucket='boto')
db = boto3.resource('dynamodb', **common)
table = db.create_table(TableName='boto', BillingMode='PAY_PER_REQUEST',
  AttributeDefinitions=[{'AttributeName': 'p', 'AttributeType': 'S'}, {'AttributeName': 's', 'AttributeType': 'N'}],
  KeySchema=[{'AttributeName': 'p', 'KeyType': 'HASH'}, {'AttributeName': 's', 'KeyType': 'RANGE'}])
table.wait_until_exists()
with table.batch_writer() as batch:
  for n in range(30):
    batch.put_item(Item={'p': 'x', 's': n, 'even': n % 2 == 0})
from boto3.dynamodb.conditions import Key, Attr
found = table.query(KeyConditionExpression=Key('p').eq('x') & Key('s').between(10, 19), FilterExpression=Attr('even').eq(True))
assert found['Count'] == 5, found['Count']
assert table.scan(Limit=7)['LastEvaluatedKey']['s'] == 6
new = table.update_item(Key={'p': 'x', 's': 1}, UpdateExpression='SET v = :v', ExpressionAttributeValues={':v': 'w'}, ReturnValues='ALL_NEW')
assert new['Attributes']['v'] == 'w'
try:
  table.put_item(Item={'p': 'x', 's': 1}, ConditionExpression='attribute_not_exists(p)')
  raise SystemExit('no condition')
except db.meta.client.exceptions.ConditionalCheckFailedException:
  pass
table.delete()
print('done')
`

describe('DynamoDB and S3 by the AWS CLI and boto3', () => {
  let gateway: Gateway
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-storage-'))
    gateway = await startGateway({ shape: 'start' })
  })
  after(async () => {
    await gateway?.stop()
    await rm(folder, { recursive: true, force: true })
  })
  const environment = () => ({
    PATH: process.env.PATH,
    HOME: folder,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
    ENDPOINT: gateway.endpoint.replace('localhost', '127.0.0.1'),
  })
  const aws = async (...args: readonly string[]): Promise<string> => {
    const env = environment()
    const { stdout } = await run('aws', ['--endpoint-url', env.ENDPOINT, ...args], { env })
    return stdout
  }

  it('aws s3: makes a bucket, copies, syncs, lists, moves, presigns and removes', async () => {
    const file = join(folder, 'large')
    const body = Buffer.alloc(9 * 1024 * 1024, 'daemun ')
    await writeFile(file, body)
    await aws('s3', 'mb', 's3://cli')
    await aws('s3', 'cp', file, 's3://cli/in/large')
    await aws('s3', 'cp', 's3://cli/in/large', join(folder, 'back'))
    assert.ok(body.equals(await readFile(join(folder, 'back'))))
    await aws('s3', 'mv', 's3://cli/in/large', 's3://cli/in/moved file')
    assert.match(await aws('s3', 'ls', 's3://cli/in/'), /9437184 moved file/)
    const url = (await aws('s3', 'presign', 's3://cli/in/moved file')).trim()
    assert.equal((await (await fetch(url)).arrayBuffer()).byteLength, body.length)
    // The CLI signs as version 2 does: that holds for this object and until then alone.
    const changed = await fetch(url.replace(/Expires=\d/, 'Expires=9'))
    assert.match(await changed.text(), /<Code>SignatureDoesNotMatch/)
    const old = await fetch(url.replace(/Expires=\d+/, 'Expires=1'))
    // Some CLIs sign as version 4 does: there the second is counted from the signature, and may not be over yet.
    const isVersion4 = url.includes('X-Amz-Signature')
    const refusal = isVersion4 ? /SignatureDoesNotMatch|has expired/ : /Request has expired/
    assert.match(await old.text(), refusal)
    await aws('s3', 'rb', 's3://cli', '--force')
    assert.doesNotMatch(await aws('s3', 'ls'), /cli/)
  })

  it('aws s3api and aws dynamodb', async () => {
    await aws('s3api', 'create-bucket', '--bucket', 'api')
    const file = join(folder, 'small')
    await writeFile(file, 'x')
    await aws('s3api', 'put-object', '--bucket', 'api', '--key', 'k', '--body', file)
    const head = JSON.parse(await aws('s3api', 'head-object', '--bucket', 'api', '--key', 'k'))
    assert.equal(head.ContentLength, 1)
    const table = ['--table-name', 'cli']
    const keys = ['--key-schema', 'AttributeName=id,KeyType=HASH']
    const types = ['--attribute-definitions', 'AttributeName=id,AttributeType=S']
    const billing = ['--billing-mode', 'PAY_PER_REQUEST']
    await aws('dynamodb', 'create-table', ...table, ...keys, ...types, ...billing)
    await aws('dynamodb', 'put-item', ...table, '--item', '{"id":{"S":"a"}}')
    const found = await aws('dynamodb', 'get-item', ...table, '--key', '{"id":{"S":"a"}}')
    assert.deepEqual(JSON.parse(found), { Item: { id: { S: 'a' } } })
    assert.equal(JSON.parse(await aws('dynamodb', 'scan', ...table)).Count, 1)
    await aws('dynamodb', 'delete-table', ...table)
  })

  it('boto3: streams, presigned URLs, listings, batches, queries and conditions', async () => {
    const { stdout } = await run('python3', ['-c', BOTO3], { env: environment() })
    assert.equal(stdout.trim(), 'done')
  })
})
