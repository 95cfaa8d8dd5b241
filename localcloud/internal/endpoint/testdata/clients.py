"""Works through the services of the local cloud with boto3, as it is installed.

clients.py HANDLER.zip: the package of localcloud/internal/lambda/testdata/handler. The
endpoint and credentials are those of the environment. Ends with 1 and a trace
at the first thing that is not as expected.
"""

import base64
import datetime
import io
import json
import sys
import time
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

with open(sys.argv[1], "rb") as package:
    CODE = package.read()

ONCE = Config(retries={"total_max_attempts": 1})
QUICK = {"Delay": 1, "MaxAttempts": 60}


def client(name):
    return boto3.client(name, config=ONCE)


def same(got, want):
    assert got == want, f"{got!r}, want {want!r}"


def refused(code, call, **arguments):
    """The error that a call ends in, which must have a code."""
    try:
        call(**arguments)
    except ClientError as error:
        same(error.response["Error"]["Code"], code)
        return error
    raise AssertionError(f"{call.__name__} was not refused")


def role(name, service, *actions):
    iam = client("iam")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}))
    allow = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allow}))
    same(iam.get_role_policy(RoleName=name, PolicyName="p")["PolicyDocument"]["Statement"], allow)
    return made["Role"]["Arn"]


def functions():
    api = client("lambda")
    arn = role("function", "lambda.amazonaws.com", "logs:*")
    refused("ResourceNotFoundException", api.get_function, FunctionName="orders")
    made = api.create_function(FunctionName="orders", Runtime="provided.al2023", Handler="bootstrap", Role=arn,
                               Code={"ZipFile": CODE}, Publish=True, Environment={"Variables": {"AGE": "1"}})
    same((made["State"], made["Version"]), ("Pending", "1"))
    api.get_waiter("function_active_v2").wait(FunctionName="orders", WaiterConfig=QUICK)
    answer = api.invoke(FunctionName="orders", LogType="Tail", Payload=json.dumps({"do": "print", "text": "hello\n"}))
    same((answer["StatusCode"], answer["ExecutedVersion"], json.load(answer["Payload"])), (200, "$LATEST", "printed"))
    assert b"hello" in base64.b64decode(answer["LogResult"])
    failed = api.invoke(FunctionName="orders", Payload=json.dumps({"do": "fail", "text": "no"}))
    same((failed["FunctionError"], json.load(failed["Payload"])["errorMessage"]), ("Unhandled", "no"))
    same(api.invoke(FunctionName="orders", InvocationType="DryRun")["StatusCode"], 204)
    same(api.invoke(FunctionName="orders", InvocationType="Event", Payload=b"{}")["StatusCode"], 202)
    api.update_function_configuration(FunctionName="orders", Environment={"Variables": {"AGE": "2"}})
    api.get_waiter("function_updated_v2").wait(FunctionName="orders", WaiterConfig=QUICK)
    same(api.publish_version(FunctionName="orders")["Version"], "2")
    same([v["Version"] for page in api.get_paginator("list_versions_by_function").paginate(FunctionName="orders", PaginationConfig={"PageSize": 1})
          for v in page["Versions"]], ["$LATEST", "1", "2"])
    alias = api.create_alias(FunctionName="orders", Name="prod", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}})
    refused("PreconditionFailedException", api.update_alias, FunctionName="orders", Name="prod", RevisionId="another", FunctionVersion="2")
    api.update_alias(FunctionName="orders", Name="prod", RevisionId=alias["RevisionId"], FunctionVersion="2", RoutingConfig={"AdditionalVersionWeights": {}})
    same("RoutingConfig" in api.get_alias(FunctionName="orders", Name="prod"), False)
    same(api.invoke(FunctionName="orders", Qualifier="prod", Payload=json.dumps({"do": "print", "text": ""}))["ExecutedVersion"], "2")
    refused("ResourceConflictException", api.delete_function, FunctionName="orders", Qualifier="2")
    refused("ValidationException", api.create_alias, FunctionName="orders", Name="odd", FunctionVersion="1",
            RoutingConfig={"AdditionalVersionWeights": {"$LATEST": 0.5}})


def executions():
    api = client("stepfunctions")
    arn = role("machine", "states.amazonaws.com", "lambda:InvokeFunction")
    invalid = refused("InvalidDefinition", api.create_state_machine, name="broken", roleArn=arn, definition='{"StartAt": "A", "States": {}}')
    assert invalid.response["Error"]["Message"].startswith("Invalid State Machine Definition: "), invalid
    machine = api.create_state_machine(name="orders", roleArn=arn, definition=json.dumps({"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True, "Output": "{% $states.result.Payload %}",
                "Arguments": {"FunctionName": "orders", "Payload": {"do": "print", "text": "{% $states.input.text %}"}}}}}))["stateMachineArn"]
    started = api.start_execution(stateMachineArn=machine, name="first", input='{"text": "hi"}')["executionArn"]
    refused("ExecutionAlreadyExists", api.start_execution, stateMachineArn=machine, name="first", input="{}")
    ended = until(lambda: api.describe_execution(executionArn=started), lambda found: found["status"] != "RUNNING")
    same((ended["status"], ended["output"]), ("SUCCEEDED", '"printed"'))
    events = [e["type"] for page in api.get_paginator("get_execution_history").paginate(executionArn=started, PaginationConfig={"PageSize": 2})
              for e in page["events"]]
    same(events, ["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"])
    same(len(api.list_executions(stateMachineArn=machine)["executions"]), 1)
    waits = api.create_state_machine(name="waits", roleArn=arn, definition='{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": true}}}')
    again = [api.start_execution(stateMachineArn=waits["stateMachineArn"], name="once", input="{}")["executionArn"] for _ in range(2)]
    same(again[0], again[1])
    api.stop_execution(executionArn=again[0], error="Enough", cause="seen")
    same([api.describe_execution(executionArn=again[0])[k] for k in ("status", "error", "cause")], ["ABORTED", "Enough", "seen"])
    refused("ExecutionDoesNotExist", api.describe_execution, executionArn=started + "x")
    refused("InvalidToken", api.send_task_success, taskToken="x", output="{}")


def messages():
    queues, topics, events = client("sqs"), client("sns"), client("events")
    queue = queues.create_queue(QueueName="mail")["QueueUrl"]
    queue_arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    refused("AWS.SimpleQueueService.NonExistentQueue", queues.get_queue_url, QueueName="none")
    sent = queues.send_message_batch(QueueUrl=queue, Entries=[{"Id": str(n), "MessageBody": f"m{n}"} for n in range(3)])
    same(len(sent["Successful"]), 3)
    same(sorted(m["Body"] for m in take(queues, queue, 3)), ["m0", "m1", "m2"])
    topic = topics.create_topic(Name="news")["TopicArn"]
    sends = {"Effect": "Allow", "Principal": {"Service": ["events.amazonaws.com", "sns.amazonaws.com"]}, "Action": "sqs:SendMessage", "Resource": queue_arn}
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": sends})})
    topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn, Attributes={"RawMessageDelivery": "true"})
    topics.publish(TopicArn=topic, Subject="s", Message="told")
    same([m["Body"] for m in take(queues, queue, 1)], ["told"])
    refused("NotFound", topics.publish, TopicArn=topic + "x", Message="m")
    events.put_rule(Name="ours", EventPattern=json.dumps({"source": ["our.shop"], "detail": {"size": [{"numeric": [">", 3]}]}}))
    events.put_targets(Rule="ours", Targets=[{"Id": "1", "Arn": queue_arn, "InputTransformer": {
        "InputPathsMap": {"n": "$.detail.size"}, "InputTemplate": '{"size": <n>}'}}])
    put = events.put_events(Entries=[{"Source": "our.shop", "DetailType": "t", "Detail": json.dumps({"size": n})} for n in (2, 5)] + [{"Source": "s", "DetailType": "t", "Detail": "{"}])
    same((put["FailedEntryCount"], put["Entries"][2]["ErrorCode"]), (1, "MalformedDetail"))
    same([json.loads(m["Body"]) for m in take(queues, queue, 1)], [{"size": 5}])
    refused("ResourceNotFoundException", events.describe_rule, Name="none")


def metrics():
    api = client("cloudwatch")
    now = int(time.time()) // 60 * 60
    api.put_metric_data(Namespace="Shop", MetricData=[
        {"MetricName": "Orders", "Timestamp": now - 600, "Values": [1.0, 2.0, 9.0], "Counts": [1.0, 1.0, 2.0], "Dimensions": [{"Name": "Shop", "Value": "a"}]}])
    until(lambda: api.list_metrics(Namespace="Shop")["Metrics"], lambda found: found)
    got = api.get_metric_statistics(Namespace="Shop", MetricName="Orders", Dimensions=[{"Name": "Shop", "Value": "a"}], StartTime=now - 900, EndTime=now,
                                    Period=60, Statistics=["Sum", "SampleCount", "Maximum"])
    same([(p["Sum"], p["SampleCount"], p["Maximum"]) for p in got["Datapoints"]], [(21.0, 4.0, 9.0)])
    data = api.get_metric_data(StartTime=now - 900, EndTime=now, MetricDataQueries=[
        {"Id": "o", "ReturnData": False, "MetricStat": {"Metric": {"Namespace": "Shop", "MetricName": "Orders", "Dimensions": [{"Name": "Shop", "Value": "a"}]},
                                                       "Period": 60, "Stat": "Average"}},
        {"Id": "twice", "Expression": "o * 2"}])
    same([(r["Id"], r["Values"], r["StatusCode"]) for r in data["MetricDataResults"]], [("twice", [10.5], "Complete")])
    api.put_metric_alarm(AlarmName="few", Namespace="Shop", MetricName="Orders", Dimensions=[{"Name": "Shop", "Value": "a"}], Statistic="Sum", Period=60,
                         EvaluationPeriods=1, Threshold=1, ComparisonOperator="LessThanThreshold", TreatMissingData="breaching")
    api.put_composite_alarm(AlarmName="any", AlarmRule="ALARM(few)")
    found = api.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    same(([a["AlarmName"] for a in found["MetricAlarms"]], [a["AlarmName"] for a in found["CompositeAlarms"]]), (["few"], ["any"]))
    refused("InvalidParameterValue", api.get_metric_statistics, Namespace="Shop", MetricName="Orders", StartTime=now, EndTime=now - 60,
            Period=60, Statistics=["Sum"])


def stacks():
    api = client("cloudformation")
    refused("ValidationError", api.describe_stacks, StackName="shop")
    unknown = refused("ValidationError", api.create_stack, StackName="shop", TemplateBody='{"Resources": {"A": {"Type": "AWS::None::Such"}}}')
    assert "AWS::None::Such" in str(unknown), unknown
    template = {"Parameters": {"Say": {"Type": "String", "Default": "a"}},
                "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}, "P": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Say"}}}},
                "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}, "P": {"Value": {"Ref": "P"}}}}
    api.create_stack(StackName="shop", TemplateBody=json.dumps(template))
    api.get_waiter("stack_create_complete").wait(StackName="shop", WaiterConfig=QUICK)
    outputs = {o["OutputKey"]: o["OutputValue"] for o in api.describe_stacks(StackName="shop")["Stacks"][0]["Outputs"]}
    same(outputs["Topic"] in [t["TopicArn"] for t in client("sns").list_topics()["Topics"]], True)
    refused("ValidationError", api.update_stack, StackName="shop", UsePreviousTemplate=True)
    api.create_change_set(StackName="shop", ChangeSetName="c", UsePreviousTemplate=True, Parameters=[{"ParameterKey": "Say", "ParameterValue": "b"}])
    api.get_waiter("change_set_create_complete").wait(StackName="shop", ChangeSetName="c", WaiterConfig=QUICK)
    changes = api.describe_change_set(StackName="shop", ChangeSetName="c")["Changes"]
    same([(c["ResourceChange"]["LogicalResourceId"], c["ResourceChange"]["Action"], c["ResourceChange"]["Replacement"]) for c in changes], [("P", "Modify", "False")])
    api.execute_change_set(StackName="shop", ChangeSetName="c")
    api.get_waiter("stack_update_complete").wait(StackName="shop", WaiterConfig=QUICK)
    same(client("ssm").get_parameter(Name=outputs["P"])["Parameter"]["Value"], "b")
    api.delete_stack(StackName="shop")
    api.get_waiter("stack_delete_complete").wait(StackName="shop", WaiterConfig=QUICK)


def schedules():
    api = client("scheduler")
    arn = role("schedule", "scheduler.amazonaws.com", "lambda:InvokeFunction")
    function = client("lambda").get_function(FunctionName="orders")["Configuration"]["FunctionArn"]
    target = {"Arn": function, "RoleArn": arn, "Input": json.dumps({"do": "print", "text": "scheduled <aws.scheduler.attempt-number>"})}
    api.create_schedule_group(Name="g", Tags=[{"Key": "a", "Value": "b"}])
    group = api.get_schedule_group(Name="g")["Arn"]
    same(api.list_tags_for_resource(ResourceArn=group)["Tags"], [{"Key": "a", "Value": "b"}])
    api.untag_resource(ResourceArn=group, TagKeys=["a"])
    same(api.list_tags_for_resource(ResourceArn=group)["Tags"], [])
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=2)
    made = api.create_schedule(Name="s", GroupName="g", ScheduleExpression=soon.strftime("at(%Y-%m-%dT%H:%M:%S)"), FlexibleTimeWindow={"Mode": "OFF"}, Target=target,
                               StartDate=soon)
    assert made["ScheduleArn"].endswith(":schedule/g/s"), made
    found = api.get_schedule(Name="s", GroupName="g")
    same((found["State"], found["ActionAfterCompletion"], found["ScheduleExpressionTimezone"], found["Target"]), ("ENABLED", "NONE", "UTC", {**target, "RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}}))
    same([s["Name"] for s in api.list_schedules(GroupName="g")["Schedules"]], ["s"])
    logs = client("logs")
    until(lambda: logs.filter_log_events(logGroupName="/aws/lambda/orders", filterPattern='"scheduled 1"')["events"], lambda found: found)
    refused("ResourceNotFoundException", api.get_schedule, Name="s")
    same(str(refused("ValidationException", api.create_schedule, Name="t", ScheduleExpression="rate(10)", FlexibleTimeWindow={"Mode": "OFF"}, Target=target)),
         "An error occurred (ValidationException) when calling the CreateSchedule operation: Invalid Schedule Expression rate(10).")
    api.delete_schedule_group(Name="g")
    refused("ResourceNotFoundException", api.get_schedule_group, Name="g")


def rest():
    same(client("sts").get_caller_identity()["Account"], "000000000000")
    objects, bucket = client("s3"), "cdk-hnb659fds-assets-000000000000-us-east-1"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("a", "b" * 1000)
    objects.put_object(Bucket=bucket, Key="a/b c", Body=packed.getvalue())
    same(objects.get_object(Bucket=bucket, Key="a/b c")["Body"].read(), packed.getvalue())
    refused("NoSuchKey", objects.get_object, Bucket=bucket, Key="none")
    groups = client("logs").describe_log_groups()["logGroups"]
    same([g["logGroupName"] for g in groups], ["/aws/lambda/orders"])
    assert any("hello" in e["message"] for e in client("logs").filter_log_events(logGroupName="/aws/lambda/orders")["events"])


def until(look, holds):
    for _ in range(100):
        found = look()
        if holds(found):
            return found
        time.sleep(0.1)
    raise AssertionError(f"still {found!r}")


def take(api, queue, count):
    got = []
    for _ in range(10):
        for message in api.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", []):
            got.append(message)
            api.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        if len(got) >= count:
            return got
    raise AssertionError(f"{len(got)} messages, want {count}")


for part in (functions, executions, messages, metrics, stacks, schedules, rest):
    part()
    print("ok", part.__name__, flush=True)
