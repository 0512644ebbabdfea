// The module that AWS lays beside inline code: `cfn-response` for Node.js, `cfnresponse` for Python. It puts the answer of
// a custom resource to where it is waited for.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/cfn-lambda-function-code-cfnresponsemodule.html

/** Path in the function's folder → text, for inline code that asks for it. */
export const cfnResponseFiles = (
  code: string,
  fileName: string,
): Readonly<Record<string, string>> => {
  if (fileName === 'index.js' && code.includes('cfn-response')) {
    return {
      'node_modules/cfn-response/package.json': '{"name":"cfn-response","main":"index.js"}\n',
      'node_modules/cfn-response/index.js': NODE,
    }
  }
  return fileName === 'index.py' && code.includes('cfnresponse') ? { 'cfnresponse.py': PYTHON } : {}
}

const NODE = `'use strict'
exports.SUCCESS = 'SUCCESS'
exports.FAILED = 'FAILED'
exports.send = (event, context, Status, Data, physicalResourceId, noEcho) => {
  const { StackId, RequestId, LogicalResourceId } = event
  const body = JSON.stringify({
    Status,
    Reason: 'See the details in CloudWatch Log Stream: ' + context.logStreamName,
    PhysicalResourceId: physicalResourceId || context.logStreamName,
    StackId,
    RequestId,
    LogicalResourceId,
    NoEcho: noEcho || false,
    Data,
  })
  const url = new URL(event.ResponseURL)
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) }
  const { request } = url.protocol === 'http:' ? require('node:http') : require('node:https')
  const sent = request(url, { method: 'PUT', headers }, (response) => {
    response.resume()
    context.done()
  })
  sent.on('error', (error) => {
    console.log('cfn-response could not send the answer:', error)
    context.done()
  })
  sent.end(body)
}
`

const PYTHON = `import json
import urllib.request

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(event, context, responseStatus, responseData,
         physicalResourceId=None, noEcho=False, reason=None):
    body = json.dumps({
        "Status": responseStatus,
        "Reason": reason or "See the details in CloudWatch Log Stream: " + context.log_stream_name,
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }).encode("utf-8")
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT")
    request.add_header("content-type", "")
    try:
        with urllib.request.urlopen(request) as response:
            print("Status code:", response.status)
    except Exception as error:
        print("cfnresponse could not send the answer:", error)
`
