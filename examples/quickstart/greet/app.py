"""POST /greet: says hello to whom the JSON body names."""
import base64
import json


def handler(event, context):
    text = event.get("body") or "{}"
    if event.get("isBase64Encoded"):
        # An HTTP API encodes every body whose Content-Type is not text, as `curl -d` without a header sends it.
        text = base64.b64decode(text)
    body = json.loads(text)
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"message": f"Hello, {body.get('name', 'world')}!", "from": context.function_name}),
    }
