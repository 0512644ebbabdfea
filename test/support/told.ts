// What requests tell beside their records, kept for a test: records as a process would keep them.
import type { Recording, Services } from '#data-plane/plan.ts'
import type { RequestRecord } from '#model/request-record.ts'
import { type RecordingRules, recordTold } from '#observability/recorded-request.ts'

export const RULES: RecordingRules = {
  bodyBytesMax: 1_000,
  keepsSecrets: false,
  keepsMessages: false,
}

/** Members of `Services` that keep what is told, and where it is. */
export const keepingTold = (
  recording?: Recording,
  rules: Partial<RecordingRules> = {},
): { readonly kept: RequestRecord[]; readonly services: Partial<Services> } => {
  const kept: RequestRecord[] = []
  const all = { ...RULES, keepsMessages: recording?.messages === true, ...rules }
  return {
    kept,
    services: {
      observe: (record, _stage, told) => void kept.push(recordTold(record, told, all)),
      recording,
    },
  }
}

/** The lines of a record's execution log, without the request id before each. */
export const logTexts = (record: RequestRecord | undefined): readonly string[] =>
  (record?.executionLog?.lines ?? []).map(({ text }) => text.replace(`(${record?.requestId}) `, ''))
