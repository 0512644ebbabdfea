// Why a request was answered with a 4xx or 5xx, in a sentence for its developer; its caller never reads it.
import type { RequestRecord } from '#model/request-record.ts'

/** Undefined for what went well. */
export const reasonOf = (record: RequestRecord): string | undefined => {
  const { error, status, integration } = record
  if (error !== undefined) return `${error.responseType}: ${error.hint ?? error.message}`
  if (status < 400) return undefined
  if (integration?.target === undefined) return 'the API answers so itself, without a backend'
  const who = backendName(integration.target)
  const { status: answered, functionStatus = answered } = integration
  return functionStatus === status
    ? `${who} answered ${status}`
    : `${who} answered ${functionStatus}, and the API makes ${status} of it`
}

/** `function HelloFunction`, or a URL as it is. */
export const backendName = (target: string): string => {
  const [, , service, , , , ...name] = target.split(':')
  return service === 'lambda' && name.length > 0 ? `function ${name.join(':')}` : target
}
