"""What runs a Python function: imports its handler, then takes one invocation after the other from the Runtime API.

Shipped as it is: Python 3.8 and newer, the standard library alone, and little of that, because every import is
part of a cold start. https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
"""
import json
import os
import sys
import time
import traceback

# The folder of this file is not the function's business; its task root comes first, as on AWS.
BOOTSTRAPS = sys.path.pop(0)
SETTINGS = json.loads(os.environ.pop("_DAEMUN_BOOTSTRAP"))
ROOT = SETTINGS["root"]

sys.stdout.reconfigure(line_buffering=True, encoding="utf-8")
sys.stderr.reconfigure(line_buffering=True, encoding="utf-8")


class RuntimeFailure(Exception):
    """An error of the runtime's, not of the function's code."""

    def __init__(self, error_type, message):
        super().__init__(message)
        self.error_type = error_type


class RuntimeClient:
    """The Runtime API on one kept connection: an answer and the next wait leave in one piece."""

    def __init__(self, endpoint):
        import socket

        host, port = endpoint.split(":")
        self.host = endpoint
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb")
        self.pending = b""
        self.unread = 0

    def next(self):
        self.pending += self._head("GET", "invocation/next")
        self._flush()
        headers, body = self._read()
        return Invocation(headers, body)

    def respond(self, request_id, body):
        self.pending += self._head("POST", "invocation/%s/response" % request_id, len(body)) + body
        self.unread += 1

    def fail(self, path, body, error_type):
        head = self._head("POST", path, len(body), error_type)
        self.pending += head + body
        self.unread += 1

    def flush(self):
        self._flush()

    def _head(self, method, path, length=None, error_type=None):
        lines = ["%s /2018-06-01/runtime/%s HTTP/1.1" % (method, path), "Host: " + self.host]
        if error_type is not None:
            lines.append("Lambda-Runtime-Function-Error-Type: " + error_type)
        if length is not None:
            lines += ["Content-Type: application/json", "Content-Length: %d" % length]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def _flush(self):
        pending, self.pending = self.pending, b""
        self.socket.sendall(pending)
        while self.unread > 0:
            self.unread -= 1
            self._read()

    def _read(self):
        # Without its Runtime API a process is of no use to anybody.
        if not self.reader.readline():
            os._exit(1)
        headers = {}
        while True:
            line = self.reader.readline().rstrip(b"\r\n")
            if not line:
                break
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return headers, self.reader.read(int(headers.get("content-length", 0)))


class Invocation:
    def __init__(self, headers, body):
        self.request_id = headers["lambda-runtime-aws-request-id"]
        self.deadline_ms = int(headers["lambda-runtime-deadline-ms"])
        self.function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.trace_id = headers.get("lambda-runtime-trace-id")
        self.client_context = headers.get("lambda-runtime-client-context")
        self.body = body


class CognitoIdentity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class Client:
    def __init__(self, fields):
        self.installation_id = fields.get("installation_id")
        self.app_title = fields.get("app_title")
        self.app_version_name = fields.get("app_version_name")
        self.app_version_code = fields.get("app_version_code")
        self.app_package_name = fields.get("app_package_name")


class ClientContext:
    def __init__(self, text):
        fields = json.loads(text)
        self.client = Client(fields.get("client") or {})
        self.custom = fields.get("custom") or {}
        self.env = fields.get("env") or {}


class LambdaContext:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

    def __init__(self, invocation):
        self.aws_request_id = invocation.request_id
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = invocation.function_arn
        self.tenant_id = None
        self.identity = CognitoIdentity()
        context = invocation.client_context
        self.client_context = None if context is None else ClientContext(context)
        self._deadline_ms = invocation.deadline_ms

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


CURRENT = {"request_id": None}


def install_logging():
    """Lambda's handler on the root logger, so that loggers of function code print at once.

    Costs the import of `logging`, which nearly every function does anyway.
    """
    import logging

    class LambdaHandler(logging.Handler):
        def emit(self, record):
            # A text of several lines stays one event: its breaks travel as \r and are put back by the reader.
            text = self.format(record).replace("\n", "\r")
            sys.stdout.write(text + "\n")

    class RequestFilter(logging.Filter):
        def filter(self, record):
            record.aws_request_id = CURRENT["request_id"] or ""
            return True

    handler = LambdaHandler()
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(RequestFilter())
    logging.getLogger().addHandler(handler)


def load_handler():
    name = os.environ["_HANDLER"]
    module_name, _, function_name = name.rpartition(".")
    if module_name == "":
        raise RuntimeFailure("Runtime.MalformedHandlerName", "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % name)
    import importlib

    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise RuntimeFailure("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error)) from error
    except SyntaxError as error:
        raise RuntimeFailure("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error)) from error
    if not hasattr(module, function_name):
        raise RuntimeFailure("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name))
    return getattr(module, function_name)


def error_payload(error, request_id):
    """`{"errorMessage":…,"errorType":…,"requestId":…,"stackTrace":[…]}` and the lines for the log."""
    if isinstance(error, RuntimeFailure):
        cause = error.__cause__
        error_type, frames = error.error_type, []
        if isinstance(cause, SyntaxError):
            frames = ['  File "%s" Line %s\n    %s\n' % (cause.filename, cause.lineno, (cause.text or "").rstrip())]
    else:
        error_type = type(error).__name__
        # The first frames are this file's.
        frames = [
            line
            for frame, line in zip(
                traceback.extract_tb(error.__traceback__), traceback.format_tb(error.__traceback__)
            )
            if frame.filename != __file__ and not frame.filename.startswith("<frozen importlib")
        ]
    payload = {"errorMessage": str(error), "errorType": error_type, "requestId": request_id, "stackTrace": frames}
    if frames:
        lines = ["[ERROR] %s: %s" % (error_type, error), "Traceback (most recent call last):"]
        lines += [line.rstrip("\n") for line in frames]
    else:
        lines = ["[ERROR] %s: %s" % (error_type, error), "Traceback (most recent call last):"]
    sys.stdout.write("\r".join("\n".join(lines).split("\n")) + "\n")
    return json.dumps(payload).encode(), error_type


def answer(handler, invocation, client):
    path = "invocation/%s/error" % invocation.request_id
    try:
        result = handler(json.loads(invocation.body), LambdaContext(invocation))
    except Exception as error:  # Whatever function code throws is its caller's to know.
        client.fail(path, *error_payload(error, invocation.request_id))
        return
    try:
        body = json.dumps(result, ensure_ascii=False).encode("utf-8")
    except Exception as error:
        failure = RuntimeFailure("Runtime.MarshalError", "Unable to marshal response: %s" % error)
        client.fail(path, *error_payload(failure, invocation.request_id))
        return
    client.respond(invocation.request_id, body)


def main():
    if SETTINGS.get("redirect"):
        sys.path.insert(0, BOOTSTRAPS)
        import python_redirect

        sys.path.pop(0)
        python_redirect.install(SETTINGS["redirect"])
    client = RuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"])
    install_logging()
    try:
        handler = load_handler()
    except Exception as error:
        client.fail("init/error", *error_payload(error, ""))
        client.flush()
        sys.exit(1)
    while True:
        invocation = client.next()
        CURRENT["request_id"] = invocation.request_id
        if invocation.trace_id is None:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        else:
            os.environ["_X_AMZN_TRACE_ID"] = invocation.trace_id
        answer(handler, invocation, client)
        sys.stdout.flush()
        sys.stderr.flush()


main()
