// What surrounds the reference engine: a cache of compiled expressions, lazily
// loaded bindings, and the functions Step Functions adds to JSONata.
(function (jsonata, host) {
  'use strict';

  // maxDepth is where AWS gives up on a recursion that is not in tail position.
  var maxDepth = 100;
  var depth = 0;

  function enter() {
    depth++;
    if (depth > maxDepth) {
      fail('Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.');
    }
  }

  // maxRange is how long a range may be; AWS measures the memory it takes.
  var maxRange = 873782;

  function exit(expression, input, environment, result) {
    depth--;
    if (expression.value === '..' && Array.isArray(result) && result.length > maxRange) {
      fail('Expression evaluation memory limit exceeded: Check for excessive memory usage');
    }
  }

  var cacheLimit = 4096;
  var cache = new Map();

  function fail(message) {
    throw { message: message };
  }

  function partition(array, size) {
    if (array === undefined) { return undefined; }
    size = Math.floor(size);
    if (!(size > 0)) { fail('$partition: the chunk size must be a positive integer'); }
    var chunks = [];
    for (var i = 0; i < array.length; i += size) {
      chunks.push(array.slice(i, i + size));
    }
    return chunks;
  }

  function range(first, last, step) {
    if (step === 0) { fail('$range: the step must not be zero'); }
    var count = Math.floor((last - first) / step) + 1;
    if (count > 10000000) { fail('$range: the array would be too large'); }
    var list = [];
    for (var i = 0; i < count; i++) {
      list.push(first + i * step);
    }
    return list;
  }

  function hash(text, algorithm) {
    if (text === undefined) { return undefined; }
    var digest = host.hash(text, algorithm);
    if (digest === '') {
      fail('$hash: ' + algorithm + ' is not one of MD5, SHA-1, SHA-256, SHA-384, SHA-512');
    }
    return digest;
  }

  function parse(text) {
    if (text === undefined) { return undefined; }
    try {
      return JSON.parse(text);
    } catch (err) {
      fail('$parse: the text is not valid JSON');
    }
  }

  function register(expression) {
    expression.assign('eval', undefined);
    expression.assign(Symbol.for('jsonata.__evaluate_entry'), enter);
    expression.assign(Symbol.for('jsonata.__evaluate_exit'), exit);
    expression.registerFunction('partition', partition, '<a-n:a>');
    expression.registerFunction('range', range, '<nnn:a>');
    expression.registerFunction('hash', hash, '<s-s:s>');
    expression.registerFunction('random', function (seed) {
      return seed === undefined ? host.random() : host.seeded(seed);
    }, '<n?:n>');
    expression.registerFunction('uuid', function () { return host.uuid(); }, '<:s>');
    expression.registerFunction('parse', parse, '<s-:x>');
  }

  function prepare(source) {
    var program = cache.get(source);
    if (program === undefined) {
      var expression = jsonata(source);
      register(expression);
      program = { expression: expression, names: namesIn(source) };
      if (cache.size >= cacheLimit) { cache.clear(); }
      cache.set(source, program);
    }
    return program;
  }

  // namesIn overestimates the variables an expression reads, so that only those
  // are loaded.
  function namesIn(source) {
    var names = new Set();
    source.replace(/\$([^\s\$.()\[\]{},;:=<>!+\-*\/%&|?~^@#"'`]+)/g, function (whole, name) {
      names.add(name);
      return whole;
    });
    return Array.from(names);
  }

  function lazy(object, name, load) {
    Object.defineProperty(object, name, {
      enumerable: true,
      configurable: true,
      get: function () {
        var value = JSON.parse(load());
        Object.defineProperty(object, name, { value: value, enumerable: true });
        return value;
      }
    });
  }

  function describe(err) {
    if (err === null || typeof err !== 'object') { return { code: '', message: String(err) }; }
    return { code: err.code || '', message: err.message || String(err) };
  }

  return {
    // frame holds the values of one session. Names are [variable] or
    // [variable, member]; load is called with the position of the name.
    frame: function (names, load) {
      var frame = {};
      names.forEach(function (name, i) {
        var bring = function () { return load(i); };
        if (name.length === 1) {
          lazy(frame, name[0], bring);
          return;
        }
        if (!Object.prototype.hasOwnProperty.call(frame, name[0])) { frame[name[0]] = {}; }
        lazy(frame[name[0]], name[1], bring);
      });
      return frame;
    },

    check: function (source) {
      try {
        return { ast: JSON.stringify(prepare(source).expression.ast()) };
      } catch (err) {
        return { error: describe(err) };
      }
    },

    evaluate: function (source, frame) {
      var answer = { settled: false };
      var program;
      try {
        program = prepare(source);
      } catch (err) {
        return { settled: true, error: describe(err) };
      }
      depth = 0;
      var bindings = {};
      program.names.forEach(function (name) {
        if (Object.prototype.hasOwnProperty.call(frame, name)) { bindings[name] = frame[name]; }
      });
      program.expression.evaluate(undefined, bindings).then(function (value) {
        if (typeof value === 'function' || (value && (value._jsonata_lambda || value._jsonata_function))) {
          answer.unsupported = true;
        } else if (value !== undefined) {
          answer.json = JSON.stringify(value);
        }
        answer.settled = true;
      }).then(undefined, function (err) {
        answer.error = describe(err);
        answer.settled = true;
      });
      return answer;
    }
  };
})
