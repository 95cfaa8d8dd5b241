"""Does what its event says, and fails in every way."""

import decimal
import logging
import os
import sys

print("loaded")


class Sorry(Exception):
    pass


def about(context):
    return {
        "name": context.function_name,
        "version": context.function_version,
        "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb,
        "group": context.log_group_name,
        "stream": context.log_stream_name == os.environ["AWS_LAMBDA_LOG_STREAM_NAME"],
        "left": 0 < context.get_remaining_time_in_millis() <= 30000,
        "client": context.client_context.custom,
        "colour": os.environ["COLOUR"],
        "execution": os.environ["AWS_EXECUTION_ENV"],
        "id": len(context.aws_request_id),
        "trace": os.environ["_X_AMZN_TRACE_ID"][:7],
        "here": os.path.exists("index.py"),
    }


def handler(event, context):
    do = event["do"]
    if do == "raise":
        raise Sorry("text")
    if do == "about":
        return about(context)
    if do == "log":
        print("one\ntwo")
        logging.getLogger().warning("three\nfour")
    if do == "sum":
        return [decimal.Decimal("1"), decimal.Decimal("2.5"), "ü"]
    if do == "set":
        return {1}
    if do == "large":
        return "x" * (7 << 20)
    if do == "exit":
        sys.exit(1)
    while do == "hang":
        pass
