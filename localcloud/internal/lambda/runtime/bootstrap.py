"""Runs a Python function for the local cloud: takes events from the Runtime API
and tells results, errors and logs in the shapes of Lambda's own Python runtime.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import decimal
import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback
import types

API = "/2018-06-01/runtime/"
ROOT = os.getcwd()  # the package; Lambda has it in /var/task
JOIN = "\x00\x1f\x00"  # between the lines of one log event
AS_JSON = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"

request_id = None  # of the event under way


class Fault(Exception):
    """An error that Lambda words, not the function."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind, self.trace = kind, list(trace)


class Context:
    def __init__(self, headers):
        self.aws_request_id = request_id
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.client_context = client_context(headers["Lambda-Runtime-Client-Context"])
        self.identity = types.SimpleNamespace(cognito_identity_id=None, cognito_identity_pool_id=None)
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


def client_context(header):
    if not header:
        return None
    given = json.loads(header.encode("latin-1"))  # headers are bytes; this is UTF-8
    client = given.get("client")
    if client is not None:
        names = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")
        client = types.SimpleNamespace(**{name: client.get(name) for name in names})
    return types.SimpleNamespace(custom=given.get("custom"), env=given.get("env"), client=client)


def load(name):
    module_name, dot, function = name.rpartition(".")
    if not dot:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)")
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}")
    except SyntaxError as error:
        raise Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}",
                    [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'])
    try:
        return getattr(module, function)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module_name}'")


def describe(error):
    """The error as Lambda answers it, with the frames of the function alone."""
    if isinstance(error, Fault):
        kind, trace = error.kind, error.trace
    else:
        frames = [(f.filename, f.lineno, f.name, f.line) for f in traceback.extract_tb(error.__traceback__)]
        while frames and frames[0][0] == __file__:
            frames.pop(0)
        kind, trace = type(error).__name__, traceback.format_list(frames)
    return {"errorMessage": str(error), "errorType": kind, "requestId": request_id or "", "stackTrace": trace}


def number(value):
    """Decimals are numbers in an answer."""
    if not isinstance(value, decimal.Decimal):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return int(value) if value == value.to_integral_value() else float(value)


def to_answer(value):
    if isinstance(value, bytes):
        return value
    try:
        return json.dumps(value, default=number, ensure_ascii=False).encode()
    except Exception as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}")


def call(method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        connection.request(method, API + path, body, headers or {})
        response = connection.getresponse()
        return response.headers, response.read()
    finally:
        connection.close()


def answer(path, body, headers):
    try:
        call("POST", path, body, {"Content-Type": "application/json", **headers})
    except OSError:
        pass  # what is too large is refused before it is read


def tell_error(path, error):
    told = describe(error)
    log_error(told)
    body = json.dumps(told).replace(ROOT, "/var/task")
    answer(path, body.encode(), {"Lambda-Runtime-Function-Error-Type": told["errorType"].encode()})


def log_error(told):
    if AS_JSON:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        text = json.dumps({"timestamp": stamp, "level": "ERROR", **told})
    else:
        summary = ": ".join(filter(None, [told["errorType"], told["errorMessage"]]))
        text = f"[ERROR] {summary}\nTraceback (most recent call last):\n" + "".join(told["stackTrace"])
    write(text.replace(ROOT, "/var/task"))


def write(text):
    sys.stdout.write(text.rstrip("\n").replace("\n", JOIN) + "\n")


class LogHandler(logging.Handler):
    def emit(self, record):
        record.aws_request_id = request_id or ""
        write(self.format(record))


class JSONFormatter(logging.Formatter):
    def format(self, record):
        line = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03}Z",
            "level": record.levelname, "message": record.getMessage(), "logger": record.name,
        }
        if record.exc_info and record.exc_info[0]:
            kind, error, trace = record.exc_info
            line |= {"stackTrace": traceback.format_tb(trace), "errorType": kind.__name__, "errorMessage": str(error),
                     "location": f"{record.pathname}:{record.funcName}:{record.lineno}"}
        if record.aws_request_id:
            line["requestId"] = record.aws_request_id
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logging():
    logging.Formatter.converter = time.gmtime
    handler = LogHandler()
    handler.setFormatter(JSONFormatter() if AS_JSON else logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"))
    logging.getLogger().addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL")
    if level:
        logging.getLogger().setLevel({"TRACE": "DEBUG"}.get(level, level))


def serve(handler):
    global request_id
    headers, body = call("GET", "invocation/next")
    request_id = headers["Lambda-Runtime-Aws-Request-Id"]
    os.environ["_X_AMZN_TRACE_ID"] = headers["Lambda-Runtime-Trace-Id"]
    path = f"invocation/{request_id}/"
    try:
        result = to_answer(handler(json.loads(body), Context(headers)))
    except Exception as error:
        tell_error(path + "error", error)
    else:
        answer(path + "response", result, {})


def main():
    sys.path[0] = ROOT  # instead of the folder of this file
    set_up_logging()
    try:
        handler = load(os.environ["_HANDLER"])
    except Exception as error:
        tell_error("init/error", error)
        sys.exit(1)
    while True:
        serve(handler)


if __name__ == "__main__":  # a process that the function starts reads this file too
    main()
