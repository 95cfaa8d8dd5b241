// Answers CloudFormation from a custom resource's inline code.

exports.SUCCESS = 'SUCCESS';
exports.FAILED = 'FAILED';

exports.send = (event, context, responseStatus, responseData, physicalResourceId, noEcho) => new Promise((resolve) => {
  const body = JSON.stringify({
    Status: responseStatus,
    Reason: `See the details in CloudWatch Log Stream: ${context.logStreamName}`,
    PhysicalResourceId: physicalResourceId || context.logStreamName,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    NoEcho: noEcho || false,
    Data: responseData,
  });
  const end = (...told) => {
    console.log(...told);
    resolve();
    context.done();
  };
  const { request } = require(event.ResponseURL.startsWith('https:') ? 'https' : 'http');
  const headers = { 'Content-Type': '', 'Content-Length': Buffer.byteLength(body) };
  const put = request(event.ResponseURL, { method: 'PUT', headers, agent: false }, (response) => {
    response.resume();
    end('Status code:', response.statusCode);
  });
  put.on('error', (error) => end('The answer was not sent:', error.message));
  put.end(body);
});
