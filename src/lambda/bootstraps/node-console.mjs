// console.* as Lambda prints it: `time \t request id \t LEVEL \t message`.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
import { format } from 'node:util'

let requestId

export const setRequestId = (id) => {
  requestId = id
}

const LEVELS = {
  trace: 'TRACE',
  debug: 'DEBUG',
  log: 'INFO',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
}

export const installConsole = () => {
  for (const [method, level] of Object.entries(LEVELS)) {
    console[method] = (...values) => write(level, format(...values))
  }
  Object.assign(console, { fatal: (...values) => write('FATAL', format(...values)) })
}

/** `Invoke Error \t {"errorType":…,"errorMessage":…,"stack":[…]}` */
export const logError = (name, error) => {
  const record = {
    errorType: error?.name ?? typeof error,
    errorMessage: error?.message ?? String(error),
    ...(error instanceof Error && { ...error, name: undefined }),
    stack: String(error?.stack ?? '').split('\n'),
  }
  write('ERROR', `${name} \t${stringify(record)}`)
}

const stringify = (record) => {
  try {
    return JSON.stringify(record)
  } catch {
    return JSON.stringify({ errorType: record.errorType, errorMessage: record.errorMessage })
  }
}

/** A text of several lines stays one event: its line breaks travel as `\r` and are put back by the reader. */
const write = (level, message) => {
  const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${message}`
  process.stdout.write(`${line.replaceAll('\n', '\r')}\n`)
}
