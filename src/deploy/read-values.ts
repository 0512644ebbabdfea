// Where the values lie that lie in AWS otherwise: the environment, and a file that is named or found beside the template.
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { errorMessage } from '#shared/assert.ts'
import { type GivenValues, givenValues } from './cloudformation/given-values.ts'
import { TemplateError } from './template/template-error.ts'

/** Beside the template, or beside its `cdk.out`. */
const FILE = '.daemun-values'
const BYTES_MAX = 1024 * 1024

/** Throws `TemplateError` where the file that was named cannot be read. */
export const readGivenValues = (
  template: string,
  named: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): GivenValues => {
  const folder = path.dirname(path.resolve(template))
  const beside = path.basename(folder) === 'cdk.out' ? path.dirname(folder) : folder
  const file = path.resolve(named ?? path.join(beside, FILE))
  if (named === undefined && !existsSync(file)) return givenValues(environment, undefined)
  return givenValues(environment, { path: file, text: textOf(file) })
}

const textOf = (file: string): string => {
  try {
    if (statSync(file).size > BYTES_MAX) throw new Error(`it has more than ${BYTES_MAX} bytes`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new TemplateError(
      {
        file,
        problem: `the file of values cannot be read: ${errorMessage(error)}`,
        mend: 'Correct --values-file',
      },
      error,
    )
  }
}
