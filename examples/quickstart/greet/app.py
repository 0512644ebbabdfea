"""POST /greet: says hello to whom the JSON body names."""
import json


def handler(event, context):
    body = json.loads(event.get("body") or "{}")
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"message": f"Hello, {body.get('name', 'world')}!", "from": context.function_name}),
    }
