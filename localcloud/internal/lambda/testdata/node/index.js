// Does what its event says, and fails in every way.

const fs = require('fs');

console.log('loaded');

class Sorry extends Error {
  get name() {
    return 'Sorry';
  }
}

const about = (context) => ({
  name: context.functionName,
  version: context.functionVersion,
  arn: context.invokedFunctionArn,
  memory: context.memoryLimitInMB,
  group: context.logGroupName,
  stream: context.logStreamName === process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  left: context.getRemainingTimeInMillis() > 0 && context.getRemainingTimeInMillis() <= 30000,
  client: context.clientContext.custom,
  colour: process.env.COLOUR,
  execution: process.env.AWS_EXECUTION_ENV,
  id: context.awsRequestId.length,
  trace: process.env._X_AMZN_TRACE_ID.slice(0, 7),
  here: fs.existsSync('index.js'),
});

const aWhile = () => new Promise((resolve) => setTimeout(resolve, 10000));

exports.handler = async (event, context) => {
  switch (event.do) {
    case 'raise':
      throw new Sorry('text');
    case 'about':
      return about(context);
    case 'log':
      console.log('one\ntwo %d', 2);
      console.error('three');
      process.stdout.write('four\n');
      break;
    case 'set':
      return { n: 1n };
    case 'large':
      return 'x'.repeat(7 << 20);
    case 'exit':
      process.exit(1);
    case 'hang':
      for (;;);
    case 'late':
      setTimeout(() => { throw new Sorry('late'); }, 1);
      return aWhile();
    case 'rejected':
      Promise.reject(new Sorry('nobody listens'));
      return aWhile();
    case 'never':
      return new Promise(() => {});
  }
};
