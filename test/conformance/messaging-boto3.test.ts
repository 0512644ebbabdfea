// SNS and EventBridge through boto3, with a subscription over HTTP that is confirmed by following its link.
// source: https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { python } from '../support/services.ts'

it('boto3 passes a table of operations', { skip: python() === undefined }, async () => {
  const gateway = await startGateway({ shape: 'start' })
  try {
    assert.equal(await python()?.(gateway, SCRIPT), 'done')
  } finally {
    await gateway.stop()
  }
})

const SCRIPT = `
import http.server, threading, queue, urllib.request
heard = queue.Queue()
class Server(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        heard.put(json.loads(self.rfile.read(int(self.headers['content-length']))))
        self.send_response(200); self.end_headers()
    def log_message(self, *a): pass
server = http.server.HTTPServer(('127.0.0.1', 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
sns = boto3.client('sns', **options)
arn = sns.create_topic(Name='news', Tags=[{'Key': 'a', 'Value': 'b'}])['TopicArn']
assert sns.list_tags_for_resource(ResourceArn=arn)['Tags'] == [{'Key': 'a', 'Value': 'b'}]
said = sns.subscribe(TopicArn=arn, Protocol='http', Endpoint='http://127.0.0.1:%d/' % server.server_port)
assert said['SubscriptionArn'] == 'pending confirmation', said
asked = heard.get(timeout=10)
assert asked['Type'] == 'SubscriptionConfirmation'
urllib.request.urlopen(asked['SubscribeURL']).read()
sns.publish(TopicArn=arn, Message='hi', Subject='s')
got = heard.get(timeout=10)
assert (got['Type'], got['Message'], got['Subject']) == ('Notification', 'hi', 's'), got
[one] = sns.list_subscriptions_by_topic(TopicArn=arn)['Subscriptions']
assert sns.get_subscription_attributes(SubscriptionArn=one['SubscriptionArn'])['Attributes']['PendingConfirmation'] == 'false'
sns.unsubscribe(SubscriptionArn=one['SubscriptionArn'])
sns.delete_topic(TopicArn=arn)
events = boto3.client('events', **options)
events.create_event_bus(Name='shop')
events.put_rule(Name='r', EventBusName='shop', EventPattern='{"source":["s"]}')
put = events.put_targets(Rule='r', EventBusName='shop', Targets=[{'Id': '1', 'Arn': 'arn:aws:sqs:us-east-1:123456789012:q'}, {'Id': '2', 'Arn': 'arn:aws:kinesis:us-east-1:123456789012:stream/s'}])
assert [f['TargetId'] for f in put['FailedEntries']] == ['2'], put
assert [t['Id'] for t in events.list_targets_by_rule(Rule='r', EventBusName='shop')['Targets']] == ['1']
assert events.list_rules(EventBusName='shop')['Rules'][0]['Name'] == 'r'
assert events.test_event_pattern(EventPattern='{"source":["s"]}', Event='{"id":"1","account":"1","source":"s","time":"2026-01-01T00:00:00Z","region":"r","resources":[],"detail-type":"d"}')['Result']
print('done')
`
