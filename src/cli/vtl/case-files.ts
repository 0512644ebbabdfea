// The cases of `daemun vtl test`: which files belong together. `order.vtl` is a template; `order.json` is what it is given
// and `order.expected.json` (or `.expected.txt`, `.expected`) what must come of it. Further cases of the same template have
// a name of their own: `order.empty.json` with `order.empty.expected.json`.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SettingsError } from '../../setting-values.ts'

export interface CaseFiles {
  /** `order` or `order.empty`, with the folder as it was given. */
  readonly name: string
  readonly template: string
  /** Absent: an empty body and nothing else. */
  readonly event: string | undefined
  readonly expected: string
}

const TEMPLATE_END = '.vtl'
const EXPECTED_ENDS = ['.expected.json', '.expected.txt', '.expected.xml', '.expected']
/** Deep enough for any project, and no endless walk through a looping link. */
const DEPTH_MAX = 16
const CASES_MAX = 10_000

/** In the order of their names. Throws `SettingsError` where a path is not there or a template has no case. */
export const findCases = (paths: readonly string[]): readonly CaseFiles[] => {
  const templates = paths.flatMap((path) => templatesOf(path, 0))
  if (templates.length === 0) {
    throw new SettingsError(
      `there is no template (*${TEMPLATE_END}) in ${paths.join(', ')}: daemun vtl test --help shows how the files are called`,
    )
  }
  const cases = templates.flatMap(casesOf)
  if (cases.length > CASES_MAX) throw new SettingsError(`more than ${CASES_MAX} cases at once`)
  return cases
}

const templatesOf = (path: string, depth: number): readonly string[] => {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw new SettingsError(`there is no file or folder ${path}`)
  if (!stat.isDirectory()) {
    if (path.endsWith(TEMPLATE_END)) return [path]
    throw new SettingsError(`${path} is no template: its name does not end with ${TEMPLATE_END}`)
  }
  if (depth > DEPTH_MAX) return []
  return readdirSync(path, { withFileTypes: true })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory()) {
        const isOwn = entry.name !== 'node_modules' && !entry.name.startsWith('.')
        return isOwn ? templatesOf(join(path, entry.name), depth + 1) : []
      }
      return entry.name.endsWith(TEMPLATE_END) ? [join(path, entry.name)] : []
    })
}

const casesOf = (template: string): readonly CaseFiles[] => {
  const folder = dirname(template)
  const own = basename(template, TEMPLATE_END)
  const files = readdirSync(folder)
  // `order.v2.vtl` has its own cases: they are not further ones of `order.vtl`.
  const others = files
    .filter((file) => file.endsWith(TEMPLATE_END))
    .map((file) => basename(file, TEMPLATE_END))
    .filter((name) => name.startsWith(`${own}.`))
  const cases = files.toSorted().flatMap((file): CaseFiles[] => {
    const end = EXPECTED_ENDS.find((one) => file.endsWith(one))
    if (end === undefined) return []
    const name = file.slice(0, -end.length)
    if (name !== own && !name.startsWith(`${own}.`)) return []
    if (others.some((other) => name === other || name.startsWith(`${other}.`))) return []
    const event = join(folder, `${name}.json`)
    return [
      {
        name: join(folder, name),
        template,
        event: existsSync(event) ? event : undefined,
        expected: join(folder, file),
      },
    ]
  })
  if (cases.length > 0) return cases
  throw new SettingsError(
    `${template} has no case: put what is expected of it into ${join(folder, own)}.expected.json (or .txt)`,
  )
}
