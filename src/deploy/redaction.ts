// What is secret stays out of everything that is shown: NoEcho parameters, secrets, what a custom resource answers
// with NoEcho.
import { type ReportEntry } from './report.ts'
import { TemplateError } from './template/template-error.ts'

/** Shorter ones would take words apart that have nothing to do with them. */
const LENGTH_MIN = 4

export const createRedaction = (secrets: ReadonlySet<string>) => {
  const text = (shown: string): string => {
    let hidden = shown
    for (const secret of secrets) {
      if (secret.length >= LENGTH_MIN) hidden = hidden.replaceAll(secret, '*****')
    }
    return hidden
  }
  return {
    entry: (entry: ReportEntry): ReportEntry => ({
      ...entry,
      feature: text(entry.feature),
      effect: text(entry.effect),
    }),
    /** The error as it may be shown; the one that it was is not kept where it told something. */
    error: (error: unknown): unknown => {
      if (!(error instanceof Error) || text(error.message) === error.message) return error
      if (error instanceof TemplateError) {
        const { file, line, problem, mend } = error
        return new TemplateError({
          file,
          line,
          problem: text(error.where === '' ? problem : `${error.where}: ${problem}`),
          mend: text(mend),
        })
      }
      return new Error(text(error.message))
    },
  }
}
