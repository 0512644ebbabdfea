import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startFixture } from './fixture.ts'

const SHOW = {
  'index.js': `exports.handler = async () => ({ ...process.env, cwd: process.cwd(), argv: process.execArgv })`,
}

test('a function sees the variables that AWS defines and its own, and nothing of ours', async (t) => {
  const { add, invoke, folder } = startFixture(t, {
    hostEnvironment: {
      PATH: process.env['PATH'],
      HOME: '/home/me',
      SECRET_OF_MINE: 'x',
      AWS_PROFILE: 'real',
    },
    endpointUrl: 'http://127.0.0.1:4566',
    endpointUrls: { dynamodb: 'http://127.0.0.1:8000', states: 'http://127.0.0.1:8083' },
    environment: { FROM_FILE: 'file', TABLE: 'of the file' },
  })
  const arn = add(SHOW, { Environment: { TABLE: 'mine' }, MemorySize: 256 })
  const {
    cwd,
    argv,
    AWS_LAMBDA_LOG_STREAM_NAME,
    AWS_LAMBDA_RUNTIME_API,
    LAMBDA_RUNTIME_DIR,
    ...seen
  } = (await invoke(arn)).body
  assert.equal(cwd, join(folder, 'Hello'))
  assert.deepEqual(argv, ['--max-old-space-size=230'])
  assert.match(String(AWS_LAMBDA_RUNTIME_API), /^127\.0\.0\.1:\d+$/)
  assert.match(String(AWS_LAMBDA_LOG_STREAM_NAME), /\[\$LATEST\]/)
  assert.match(String(LAMBDA_RUNTIME_DIR), /bootstraps/)
  assert.deepEqual(seen, {
    PATH: process.env['PATH'],
    HOME: '/home/me',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    LD_LIBRARY_PATH: `${folder}/Hello:${folder}/Hello/lib`,
    NODE_PATH: '',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000',
    AWS_ENDPOINT_URL_SFN: 'http://127.0.0.1:8083',
    FROM_FILE: 'file',
    TABLE: 'mine',
    _HANDLER: 'index.handler',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    AWS_LAMBDA_FUNCTION_NAME: 'Hello',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/Hello',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SESSION_TOKEN: 'test',
    LAMBDA_TASK_ROOT: join(folder, 'Hello'),
  })
})
