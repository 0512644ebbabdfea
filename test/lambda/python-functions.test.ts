import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findPython } from '#lambda/python.ts'
import { startFixture } from './fixture.ts'

const python = await findPython('python3', process.env)
const options = { skip: python === undefined && 'there is no Python here' }
const Runtime = `python${python?.version.split('.').slice(0, 2).join('.') ?? '3'}`
const CONFIGURATION = { Runtime, Handler: 'app.handler' }

test(
  'a Python handler answers; print and logging are the log of the invocation',
  options,
  async (t) => {
    const { add, invoke, logs } = startFixture(t)
    const arn = add(
      {
        'app.py': `import logging
logger = logging.getLogger()
logger.setLevel("INFO")
def handler(event, context):
    print("printed", event["name"])
    logger.info("logged\\ntwice")
    return {"got": event, "ü": "ü"}
`,
      },
      CONFIGURATION,
    )
    const { answer, body } = await invoke(arn, { name: 'x' })
    assert.deepEqual(body, { got: { name: 'x' }, ü: 'ü' })
    const lines = logs.filter((line) => line.requestId === answer.requestId).map(({ line }) => line)
    assert.equal(lines[1], 'printed x')
    assert.match(
      lines[2] ?? '',
      new RegExp(`^\\[INFO\\]\\t\\S+Z\\t${answer.requestId}\\tlogged\ntwice$`),
    )
    assert.match(lines.at(-1) ?? '', /^REPORT /)
  },
)

test(
  'an error that a Python handler raises has the shape that AWS gives it',
  options,
  async (t) => {
    const { add, invoke, logs, folder } = startFixture(t)
    const arn = add(
      {
        'app.py': `def handler(event, context):\n    return event["nothing"] if event["raise"] else {1, 2}\n`,
      },
      CONFIGURATION,
    )
    const { answer, body } = await invoke(arn, { raise: true })
    const { stackTrace, ...rest } = body
    assert.deepEqual(rest, {
      errorMessage: "'nothing'",
      errorType: 'KeyError',
      requestId: answer.requestId,
    })
    assert.ok(Array.isArray(stackTrace))
    assert.equal(stackTrace.length, 1)
    assert.ok(
      String(stackTrace[0]).startsWith(`  File "${folder}/Hello/app.py", line 2, in handler\n`),
    )
    assert.ok(logs.some(({ line }) => line.startsWith("[ERROR] KeyError: 'nothing'\nTraceback")))
    const unserializable = await invoke(arn, { raise: false })
    assert.equal(unserializable.body['errorType'], 'Runtime.MarshalError')
    assert.equal(
      unserializable.body['errorMessage'],
      'Unable to marshal response: Object of type set is not JSON serializable',
    )
  },
)

test(
  'the Python context object tells about the function and the time that is left',
  options,
  async (t) => {
    const { add, invoke } = startFixture(t)
    const arn = add(
      {
        'app.py': `import os
def handler(event, c):
    return [c.aws_request_id, c.function_name, c.function_version, c.memory_limit_in_mb, c.invoked_function_arn,
            c.log_group_name, c.get_remaining_time_in_millis() > 5000, c.client_context.custom["a"],
            c.identity.cognito_identity_id, os.getcwd() == os.environ["LAMBDA_TASK_ROOT"]]
`,
      },
      CONFIGURATION,
    )
    const { answer, body } = await invoke(
      arn,
      {},
      { clientContext: Buffer.from('{"custom":{"a":1}}').toString('base64') },
    )
    assert.deepEqual(body, [
      answer.requestId,
      'Hello',
      '$LATEST',
      '512',
      arn,
      '/aws/lambda/Hello',
      true,
      1,
      null,
      true,
    ])
  },
)

test('a Python function that cannot be imported answers what AWS answers', options, async (t) => {
  const { add, invoke, notices, folder } = startFixture(t)
  const cases = {
    Missing: {
      code: 'import not_there',
      errorType: 'Runtime.ImportModuleError',
      message: /^Unable to import module 'app': No module named 'not_there'$/,
    },
    Syntax: {
      code: 'def handler(:',
      errorType: 'Runtime.UserCodeSyntaxError',
      message: /^Syntax error in module 'app': /,
    },
    Unnamed: {
      code: 'other = 1',
      errorType: 'Runtime.HandlerNotFound',
      message: /^Handler 'handler' missing on module 'app'$/,
    },
    Raises: { code: 'raise ValueError("no")', errorType: 'ValueError', message: /^no$/ },
  }
  for (const [FunctionName, { code, errorType, message }] of Object.entries(cases)) {
    const arn = add(
      { 'app.py': code, 'requirements.txt': 'not_there' },
      { ...CONFIGURATION, FunctionName },
    )
    const { body } = await invoke(arn)
    assert.equal(body['errorType'], errorType)
    assert.match(String(body['errorMessage']), message)
  }
  assert.deepEqual(notices, [
    `Missing: Missing (template.yaml: Missing) needs 'not_there', which is not installed: run (cd ${folder}/Missing && pip install -r requirements.txt -t .), or start with --build`,
  ])
})

test('a process that a Python handler ends fails the invocation', options, async (t) => {
  const { add, invoke } = startFixture(t)
  const arn = add({ 'app.py': 'import os\ndef handler(e, c):\n    os._exit(4)\n' }, CONFIGURATION)
  assert.match(String((await invoke(arn)).body['errorMessage']), /exit status 4$/)
})

test('a Python of another version runs the function and says so once', options, async (t) => {
  const { add, invoke, notices } = startFixture(t)
  const arn = add(
    { 'app.py': 'import sys\ndef handler(e, c):\n    return sys.executable\n' },
    { ...CONFIGURATION, Runtime: 'python3.99' },
  )
  assert.equal((await invoke(arn)).body, python?.path)
  await invoke(arn)
  assert.equal(
    notices.filter((text) => text.startsWith('Hello: Hello asks for python3.99 and runs on'))
      .length,
    1,
  )
})
