// Runs a Node.js function for the local cloud: takes events from the Runtime API
// and tells results, errors and logs in the shapes of Lambda's own Node.js
// runtime.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import util from 'node:util';

const env = process.env;
const root = process.cwd(); // the package; Lambda has it in /var/task
const join = '\x00\x1f\x00'; // between the lines of one log event
const asJSON = env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
const require = createRequire('/var/runtime/index.mjs');

const unsettled = 'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';

let requestId; // of the event under way
let whenIdle; // what is due when nothing is left to happen

// asOnLambda gives a text the paths that it would have there.
const asOnLambda = (text) => text.replaceAll(import.meta.url, 'file:///var/runtime/index.mjs').replaceAll(root, '/var/task');

// fault is an error that Lambda words, not the function.
function fault(kind, message) {
  const error = new Error(message);
  Object.defineProperty(error, 'name', { value: kind });
  Error.captureStackTrace(error, fault);
  return error;
}

// describe is an error as Lambda answers it.
function describe(error) {
  if (util.types.isNativeError(error) || (error?.name && error.message && error.stack)) {
    return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

// The Runtime API. A connection for each call leaves nothing behind that would
// keep the event loop from running empty.
function call(method, route, body, headers) {
  return new Promise((resolve, reject) => {
    const request = http.request(`http://${env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/${route}`, { method, agent: false, headers });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    request.end(body);
  });
}

async function answer(route, body, headers) {
  const length = Buffer.byteLength(body);
  try {
    await call('POST', route, body, { 'Content-Type': 'application/json', 'Content-Length': length, ...headers });
  } catch {
    // What is too large is refused before it is read.
  }
}

async function tellError(route, title, error) {
  logError(title, error);
  const told = describe(error);
  await answer(route, asOnLambda(JSON.stringify(told)), { 'Lambda-Runtime-Function-Error-Type': encodeURI(told.errorType) });
}

// The log.

function write(text) {
  let bytes = Buffer.from(text.replaceAll('\n', join) + '\n');
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(1, bytes));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error; // the pipe is full
    }
  }
}

function log(level, ...values) {
  const timestamp = new Date().toISOString();
  if (!asJSON) {
    write(`${timestamp}\t${requestId}\t${level}\t${util.format(...values)}`);
    return;
  }
  const line = { timestamp, level, requestId, message: values.length === 1 ? values[0] : util.format(...values) };
  const failed = values.find((value) => value instanceof Error);
  if (failed && values.length > 1) Object.assign(line, spelled(failed));
  let text;
  try {
    text = JSON.stringify(line, (_, value) => (value instanceof Error ? { ...spelled(value), ...value } : value));
  } catch {
    text = JSON.stringify({ ...line, message: util.format(...values) });
  }
  write(text);
}

function spelled(error) {
  return { errorType: error.name, errorMessage: error.message, stackTrace: String(error.stack).split('\n') };
}

function patchConsole() {
  const levels = { trace: 'TRACE', debug: 'DEBUG', info: 'INFO', log: 'INFO', warn: 'WARN', error: 'ERROR', fatal: 'FATAL' };
  const order = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
  const least = order.indexOf(env.AWS_LAMBDA_LOG_LEVEL);
  for (const [name, level] of Object.entries(levels)) {
    console[name] = order.indexOf(level) >= least ? (...values) => log(level, ...values) : () => {};
  }
}

function logError(title, error) {
  const failed = error instanceof Error ? error : new Error(error);
  if (asJSON) {
    console.error(failed);
    return;
  }
  const members = { errorType: failed.name, errorMessage: failed.message, code: failed.code, ...failed, stack: String(failed.stack).split('\n') };
  let text;
  try {
    text = JSON.stringify(members);
  } catch {
    text = JSON.stringify(describe(failed));
  }
  console.error(title, '\t' + asOnLambda(text));
}

// The handler.

async function load(handler) {
  if (handler.includes('..')) {
    throw fault('Runtime.MalformedHandlerName', `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const [, folder, file, names] = /^(.*\/)?([^./]*)\.([^/]*)$/.exec(handler) ?? [];
  if (names === undefined) throw fault('Runtime.MalformedHandlerName', 'Bad handler');
  let found;
  try {
    found = await open(path.resolve(root, folder ?? ''), file);
  } catch (error) {
    if (error instanceof SyntaxError) throw fault('Runtime.UserCodeSyntaxError', String(error));
    if (error?.code === 'MODULE_NOT_FOUND') throw fault('Runtime.ImportModuleError', String(error));
    throw error;
  }
  for (const name of names.split('.')) found = found?.[name];
  if (!found) throw fault('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  if (typeof found !== 'function') throw fault('Runtime.HandlerNotFound', `${handler} is not a function`);
  return found;
}

// open loads a module by the name it has in a handler, in the order in which
// Lambda looks for it.
async function open(folder, file) {
  const base = path.join(folder, file);
  const ways = [['', require], ['.js', isModule(folder) ? imported : require], ['.mjs', imported], ['.cjs', require]];
  for (const [extension, way] of ways) {
    if (fs.existsSync(base + extension)) return way(base + extension);
  }
  return require(require.resolve(file, { paths: [root, folder] }));
}

const imported = (file) => import(pathToFileURL(file));

// isModule tells whether the nearest package.json makes .js files ES modules.
function isModule(folder) {
  const file = path.join(folder, 'package.json');
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file)).type === 'module';
  return folder !== root && path.dirname(folder) !== folder && isModule(path.dirname(folder));
}

function contextOf(headers) {
  const client = headers['lambda-runtime-client-context'];
  return {
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: requestId,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: client && JSON.parse(Buffer.from(client, 'latin1').toString()), // headers are bytes; this is UTF-8
    identity: undefined,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => headers['lambda-runtime-deadline-ms'] - Date.now(),
  };
}

// run is what a handler makes of an event, whichever way it tells: a promise,
// the callback, the context, or that nothing is left to happen. The first counts.
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    const isAsync = handler.constructor?.name === 'AsyncFunction';
    whenIdle = () => (isAsync ? reject(fault('Runtime.NodeJsExit', unsettled)) : resolve(null));
    context.succeed = resolve;
    context.fail = (error) => reject(error ?? 'handled');
    context.done = (error, result) => (isGiven(error) ? reject(error) : resolve(result));
    let called = false;
    const callback = (error, result) => {
      if (called) return;
      called = true;
      if (!context.callbackWaitsForEmptyEventLoop || isGiven(error)) context.done(error, result);
      else whenIdle = () => resolve(result);
    };
    const result = handler(event, context, callback); // what it throws rejects
    if (typeof result?.then === 'function') result.then(context.succeed, context.fail);
  });
}

const isGiven = (error) => error !== undefined && error !== null;

function toAnswer(result) {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

async function serve(handler) {
  const { headers, body } = await call('GET', 'invocation/next');
  requestId = headers['lambda-runtime-aws-request-id'];
  env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  const route = `invocation/${requestId}`;
  try {
    await answer(`${route}/response`, toAnswer(await run(handler, JSON.parse(body), contextOf(headers))));
  } catch (error) {
    await tellError(`${route}/error`, 'Invoke Error', error);
  }
}

// end tells an error that nobody handled, and exits.
async function end(title, error, status) {
  await tellError(requestId ? `invocation/${requestId}/error` : 'init/error', title, error);
  process.exit(status);
}

async function main() {
  const handler = await load(env._HANDLER);
  for (;;) await serve(handler);
}

patchConsole();
process.on('beforeExit', () => {
  if (whenIdle) setImmediate(whenIdle);
  whenIdle = undefined;
});
process.on('uncaughtException', (error) => end('Uncaught Exception', error, 129));
process.on('unhandledRejection', (reason) => end('Unhandled Promise Rejection', fault('Runtime.UnhandledPromiseRejection', String(reason)), 128));
main().catch((error) => end('Uncaught Exception', error, 129));
