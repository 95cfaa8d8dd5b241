// Runs cdk-nag's AwsSolutions rules on a synthesised template and fails on each
// finding that has no reason here:
//
//   node nag.mjs TEMPLATE
import { App, Aspects, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { AwsSolutionsChecks, NagSuppressions } from 'cdk-nag';

// Each reason covers the findings that its patterns name and no others, so that
// a new wildcard is a new finding.
const reasons = [
  {
    id: 'AwsSolutions-IAM5',
    reason: 'The versions and aliases of the one function named: Lambda is asked about a qualified ARN for some calls.',
    appliesTo: [{ regex: '/^Resource::<[A-Za-z0-9]+\\.Arn>:\\*$/g' }],
  },
  {
    id: 'AwsSolutions-IAM5',
    reason: 'Executions of the one state machine named; an execution has no name before it starts.',
    appliesTo: [{ regex: '/^Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:[A-Za-z0-9_-]+:\\*$/g' }],
  },
  {
    id: 'AwsSolutions-IAM5',
    reason: 'A request names the alarms that guard it; the handlers read their state.',
    appliesTo: ['Resource::arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:*'],
  },
  {
    id: 'AwsSolutions-IAM5',
    reason: 'The freezes of one target each, below the one path of the pipeline; a freeze names its target when it is made.',
    appliesTo: [{ regex: '/^Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter\\/weir\\/[A-Za-z0-9_-]+\\/freeze\\/\\*$/g' }],
  },
  {
    id: 'AwsSolutions-IAM5',
    reason: 'X-Ray, log delivery and GetMetricData have no narrower resource; a policy test in infra lists the actions that may have *.',
    appliesTo: ['Resource::*'],
  },
  {
    id: 'AwsSolutions-SQS3',
    reason: 'The queue is the dead-letter queue of EventBridge rules, which the rule does not look for.',
  },
];

const template = process.argv[2];
if (!template) {
  console.error('usage: node nag.mjs TEMPLATE');
  process.exit(2);
}
const app = new App({ analyticsReporting: false });
const stack = new Stack(app, 'template');
new CfnInclude(stack, 'Template', { templateFile: template });
NagSuppressions.addStackSuppressions(stack, reasons);
Aspects.of(app).add(new AwsSolutionsChecks({ verbose: true }));

const any = Match.stringLikeRegexp('.*');
const annotations = Annotations.fromStack(stack);
const findings = [...annotations.findError('*', any), ...annotations.findWarning('*', any)];
for (const finding of findings) {
  console.error(`${finding.id}: ${finding.entry.data}`);
}
console.log(`cdk-nag: ${findings.length} findings in ${template}`);
process.exit(findings.length === 0 ? 0 : 1);
