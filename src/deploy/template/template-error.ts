// What is wrong with a template: one message that names the file, the line, the place and the mend.
import { formatPath, type Path } from './path.ts'

export interface TemplateProblem {
  /** As the operator named it. */
  readonly file: string
  /** Counted from 1; absent where no line is to blame. */
  readonly line?: number | undefined
  /** Counted from 1; absent where the whole line is to blame. */
  readonly column?: number | undefined
  readonly path?: Path
  /** What is wrong, without a full stop. */
  readonly problem: string
  /** What to do about it, without a full stop. */
  readonly mend: string
}

/** `template.yaml:12: Resources.Hello.Properties.Handler: … Mend: ….` */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  readonly file: string
  readonly line: number | undefined
  readonly where: string
  readonly problem: string
  readonly mend: string

  constructor({ file, line, column, path = [], problem, mend }: TemplateProblem, cause?: unknown) {
    const where = formatPath(path)
    const place = [file, line, column].filter((part) => part !== undefined).join(':')
    super(`${place}: ${where === '' ? '' : `${where}: `}${problem}. ${mend}.`, { cause })
    this.file = file
    this.line = line
    this.where = where
    this.problem = problem
    this.mend = mend
  }
}
