// node:http, without what an `import` of it costs at the start of a process: an ES module takes the value of every
// export, and some of them are getters that load Node's own undici (some 30 ms, which nothing here needs).
// What is asked for this way is the same module. https://nodejs.org/api/process.html#processgetbuiltinmoduleid
export const { createServer, request, STATUS_CODES, validateHeaderName, validateHeaderValue } =
  process.getBuiltinModule('node:http')
