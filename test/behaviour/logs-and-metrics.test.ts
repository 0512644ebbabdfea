// What was served, read back: through the real AWS SDK and CLI, Prometheus's own parser and an OTLP receiver, in both
// shapes of the program; the counts are those of the requests that were sent.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import {
  CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch'
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  StartLiveTailCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import parsePrometheus from 'parse-prometheus-text-format'
import { startTail } from '../support/logs-tail.ts'
import { call, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'

const run = promisify(execFile)

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: { LogGroupName: /access/rest, RetentionInDays: 7, Tags: [{ Key: team, Value: a }] }
  Pets:
    Type: AWS::Serverless::Api
    Properties:
      Name: pets
      StageName: prod
      MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', MetricsEnabled: true }]
      AccessLogSetting:
        DestinationArn: !GetAtt Logs.Arn
        Format: '{"id":"$context.requestId","ua":"$context.identity.userAgent","status":$context.status,"path":"$context.path","code":"$context.integration.status"}'
  Web:
    Type: AWS::Serverless::HttpApi
    Properties:
      Name: web
      AccessLogSettings:
        DestinationArn: !Sub 'arn:aws:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/access/http'
        Format: '$context.identity.sourceIp - - [$context.requestTime] "$context.httpMethod $context.routeKey $context.protocol" $context.status $context.responseLength $context.requestId'
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: hello
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: |
        exports.handler = async (event) => { console.log('hello from', event.path ?? event.rawPath); return { statusCode: 200, body: 'ok' } }
      Events:
        A: { Type: Api, Properties: { RestApiId: !Ref Pets, Path: /hello, Method: get } }
        B: { Type: HttpApi, Properties: { ApiId: !Ref Web, Path: /hello, Method: get } }
`

/** What one process counts reaches another a moment later. */
const eventually = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === 60) throw error
      await pause(100)
    }
  }
}

/** An OTLP receiver: what it was sent, by path. */
const startReceiver = async () => {
  const received: { path: string; body: unknown }[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      received.push({ path: request.url ?? '', body: JSON.parse(Buffer.concat(parts).toString()) })
      response.end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { received, url: `http://127.0.0.1:${port}`, close: () => server.close() }
}

for (const shape of SHAPES) {
  describe(`logs and metrics of ${shape}`, () => {
    let folder: string
    let gateway: Gateway
    let receiver: Awaited<ReturnType<typeof startReceiver>>
    let cloudwatch: CloudWatchClient
    let logs: CloudWatchLogsClient

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'daemun-watch-'))
      await writeFile(join(folder, 'template.yaml'), TEMPLATE)
      receiver = await startReceiver()
      gateway = await startGateway({
        shape,
        file: join(folder, 'template.yaml'),
        args: [
          '--access-log-file',
          join(folder, 'logs/access.log'),
          '--otlp-endpoint',
          receiver.url,
          '--otlp-metrics-seconds',
          '1',
        ],
      })
      const client = {
        endpoint: gateway.endpoint,
        region: 'us-east-1',
        credentials: gateway.credentials,
        maxAttempts: 1,
      }
      cloudwatch = new CloudWatchClient(client)
      logs = new CloudWatchLogsClient(client)
      const [pets, web] = [gateway.api('pets'), gateway.api('web')]
      for (let index = 0; index < 20; index++) {
        const headers = { 'user-agent': 'a"b\u00e9\\' }
        const answers = await Promise.all([
          gateway.call(pets, '/prod/hello', { headers }),
          gateway.call(pets, '/prod/nowhere'),
          gateway.call(web, '/hello'),
        ])
        assert.deepEqual(
          answers.map(({ status }) => status),
          [200, 403, 200],
        )
      }
    })
    after(async () => {
      cloudwatch?.destroy()
      logs?.destroy()
      await gateway?.stop()
      receiver?.close()
      await rm(folder, { recursive: true, force: true })
    })

    const aws = async (...args: readonly string[]) => {
      const { stdout } = await run('aws', ['--endpoint-url', gateway.endpoint, ...args], {
        env: environment(),
        timeout: 60_000,
      })
      return stdout
    }
    const environment = () => ({
      PATH: process.env.PATH,
      HOME: folder,
      AWS_ACCESS_KEY_ID: gateway.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: gateway.credentials.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_PAGER: '',
    })
    const range = () => ({
      StartTime: new Date(Date.now() - 600_000),
      EndTime: new Date(Date.now() + 120_000),
    })
    const sumOf = async (MetricName: string, dimensions: Readonly<Record<string, string>>) => {
      const { Datapoints = [] } = await cloudwatch.send(
        new GetMetricStatisticsCommand({
          Namespace: dimensions.FunctionName === undefined ? 'AWS/ApiGateway' : 'AWS/Lambda',
          MetricName,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          Period: 60,
          Statistics: ['Sum', 'SampleCount'],
          ...range(),
        }),
      )
      return Datapoints.reduce((total, { Sum = 0 }) => total + Sum, 0)
    }

    it('behaviour.md 12.3: counts of REST and HTTP APIs are those of the load, to the request', async () => {
      const { id } = gateway.api('web')
      await eventually(async () => {
        assert.equal(await sumOf('Count', { ApiName: 'pets', Stage: 'prod' }), 40)
        assert.equal(await sumOf('Count', { ApiId: id, Stage: '$default' }), 20)
        assert.equal(await sumOf('Invocations', { FunctionName: 'hello' }), 40)
      })
      assert.equal(await sumOf('Count', { ApiName: 'pets' }), 40)
      assert.equal(await sumOf('4XXError', { ApiName: 'pets', Stage: 'prod' }), 20)
      assert.equal(await sumOf('5XXError', { ApiName: 'pets', Stage: 'prod' }), 0)
      const method = { ApiName: 'pets', Stage: 'prod', Method: 'GET', Resource: '/hello' }
      assert.equal(await sumOf('Count', method), 20)
      assert.equal(await sumOf('4xx', { ApiId: id }), 0)
      assert.equal(await sumOf('DataProcessed', { ApiId: id }), 40)
      assert.equal(await sumOf('Errors', { FunctionName: 'hello' }), 0)
    })

    it('get-metric-statistics and get-metric-data of the AWS CLI read them, percentiles and math too', async () => {
      const dimensions = ['Name=ApiName,Value=pets', 'Name=Stage,Value=prod']
      const { StartTime, EndTime } = range()
      const time = ['--start-time', StartTime.toISOString(), '--end-time', EndTime.toISOString()]
      const statistics = JSON.parse(
        await aws(
          'cloudwatch',
          'get-metric-statistics',
          '--namespace',
          'AWS/ApiGateway',
          '--metric-name',
          'Latency',
          '--dimensions',
          ...dimensions,
          '--period',
          '3600',
          '--extended-statistics',
          'p50',
          'p99',
          ...time,
        ),
      )
      const [{ ExtendedStatistics }] = statistics.Datapoints
      assert.ok(ExtendedStatistics.p50 <= ExtendedStatistics.p99)
      const metric = (id: string, name: string) => ({
        Id: id,
        MetricStat: {
          Metric: {
            Namespace: 'AWS/ApiGateway',
            MetricName: name,
            Dimensions: [
              { Name: 'ApiName', Value: 'pets' },
              { Name: 'Stage', Value: 'prod' },
            ],
          },
          Period: 86_400,
          Stat: 'Sum',
        },
        ReturnData: false,
      })
      const queries = [
        metric('n', 'Count'),
        metric('e', '4XXError'),
        { Id: 'rate', Expression: '100 * e / n' },
      ]
      const data = JSON.parse(
        await aws(
          'cloudwatch',
          'get-metric-data',
          '--metric-data-queries',
          JSON.stringify(queries),
          ...time,
        ),
      )
      assert.deepEqual(data.MetricDataResults[0].Values, [50])
      await assert.rejects(
        cloudwatch.send(
          new GetMetricDataCommand({
            MetricDataQueries: [{ Id: 's', Expression: "SEARCH('x', 'Sum')" }],
            ...range(),
          }),
        ),
        /not provided here/,
      )
    })

    it('ListMetrics names them with their dimensions; PutMetricData adds others; alarms are refused', async () => {
      const { Metrics = [] } = await cloudwatch.send(
        new ListMetricsCommand({ Namespace: 'AWS/ApiGateway', MetricName: 'Latency' }),
      )
      assert.ok(Metrics.some(({ Dimensions }) => Dimensions?.length === 4))
      await cloudwatch.send(
        new PutMetricDataCommand({
          Namespace: 'Mine',
          MetricData: [{ MetricName: 'sold', Values: [1, 2], Counts: [3, 1], Unit: 'Count' }],
        }),
      )
      const { Datapoints = [] } = await cloudwatch.send(
        new GetMetricStatisticsCommand({
          Namespace: 'Mine',
          MetricName: 'sold',
          Period: 60,
          Statistics: ['Sum', 'SampleCount', 'Maximum'],
          ...range(),
        }),
      )
      assert.deepEqual(
        [Datapoints[0]?.Sum, Datapoints[0]?.SampleCount, Datapoints[0]?.Maximum],
        [5, 4, 2],
      )
      const alarm = new PutMetricAlarmCommand({
        AlarmName: 'a',
        ComparisonOperator: 'GreaterThanThreshold',
        EvaluationPeriods: 1,
      })
      await assert.rejects(cloudwatch.send(alarm), /PutMetricAlarm/)
    })

    it('/_daemun/metrics is read by a Prometheus parser and agrees with the load', async () => {
      const { text } = await call(gateway.endpoint, '/_daemun/metrics')
      const families = parsePrometheus(text)
      const count = families.find(({ name }) => name === 'daemun_apigateway_count_total')
      const values = (count?.metrics ?? []).map((one) => ('value' in one ? Number(one.value) : 0))
      assert.equal(
        values.reduce((total, value) => total + value, 0),
        60,
      )
      assert.equal(count?.type, 'COUNTER')
      const latency = families.find(({ name }) => name === 'daemun_apigateway_latency_seconds')
      assert.equal(latency?.type, 'HISTOGRAM')
    })

    it('behaviour.md 12.1: access logs are in the groups that the stages name, a line a request', async () => {
      const rest = await eventually(async () => {
        const { events = [] } = await logs.send(
          new FilterLogEventsCommand({ logGroupName: '/access/rest' }),
        )
        assert.equal(events.length, 40)
        return events
      })
      const lines = rest.map(({ message = '' }) => JSON.parse(message))
      const ok = lines.filter(({ status }) => status === 200)
      assert.equal(ok.length, 20)
      assert.equal(ok[0].path, '/prod/hello')
      assert.equal(ok[0].code, '200')
      assert.match(ok[0].ua, /^a"b.+\\$/)
      const { events = [] } = await logs.send(
        new FilterLogEventsCommand({
          logGroupName: '/access/http',
          filterPattern: '[ip, , , time, request = GET*hello*, status = 2*, bytes, id]',
        }),
      )
      assert.equal(events.length, 20)
      const { logGroups = [] } = await logs.send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix: '/access/rest' }),
      )
      assert.equal(logGroups[0]?.retentionInDays, 7)
      assert.ok((logGroups[0]?.storedBytes ?? 0) > 0)
    })

    it("functions' output is in /aws/lambda/NAME, with START, END and REPORT", async () => {
      const found = async (filterPattern: string) => {
        const { events = [] } = await logs.send(
          new FilterLogEventsCommand({ logGroupName: '/aws/lambda/hello', filterPattern }),
        )
        return events
      }
      await eventually(async () => assert.equal((await found('REPORT')).length, 40))
      assert.equal((await found('START RequestId')).length, 40)
      const [line] = await found('"hello from"')
      assert.match(line?.logStreamName ?? '', /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/)
    })

    it('filter-log-events of the AWS CLI shows them', async () => {
      const filtered = JSON.parse(
        await aws(
          'logs',
          'filter-log-events',
          '--log-group-name',
          '/access/rest',
          '--filter-pattern',
          '{ $.status = 4* }',
        ),
      )
      assert.equal(filtered.events.length, 20)
    })

    it('logs tail --follow of the AWS CLI shows what comes while it follows, once each', async () => {
      // Version 1 of the CLI has no tail: the same calls in the same order then.
      const following = await startTail(gateway, environment(), logs, '/access/http')
      await following.until((lines) => lines.filter((line) => line.includes('GET /hello')).length)
      await gateway.call(gateway.api('web'), '/late')
      const lines = await following.until(
        (seen) => seen.filter((line) => line.includes('" 404 ')).length,
      )
      await following.stop()
      assert.equal(lines.filter((line) => line.includes('GET /hello')).length, 20)
      assert.equal(lines.filter((line) => line.includes('" 404 ')).length, 1)
    })

    it('StartLiveTail is refused by name', async () => {
      const arn = 'arn:aws:logs:us-east-1:123456789012:log-group:/access/rest'
      const live = new StartLiveTailCommand({ logGroupIdentifiers: [arn] })
      await assert.rejects(logs.send(live))
    })

    it('a file and an OTLP receiver have the same lines and counts', async () => {
      const file = await eventually(async () => {
        const text = await readFile(join(folder, 'logs/access.log'), 'utf8')
        assert.ok(text.split('\n').filter(Boolean).length >= 60)
        return text
      })
      assert.equal(file.split('\n').filter((line) => line.startsWith('{')).length, 40)
      await eventually(async () => {
        const bodies = receiver.received.filter(({ path }) => path === '/v1/logs')
        const records = bodies.flatMap(({ body }) => logRecordsOf(body))
        assert.ok(records.length >= 60)
        const sums = receiver.received
          .filter(({ path }) => path === '/v1/metrics')
          .map(({ body }) => JSON.stringify(body))
        assert.ok(sums.some((text) => text.includes('AWS/ApiGateway/Count')))
      })
    })
  })
}

const logRecordsOf = (body: unknown): readonly unknown[] => {
  const { resourceLogs } = body as {
    resourceLogs: { scopeLogs: { logRecords: unknown[] }[] }[]
  }
  return resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))
}
