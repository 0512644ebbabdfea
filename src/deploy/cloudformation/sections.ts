// The parts of a template, checked as far as that goes without evaluating anything.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
import type { JsonObject, JsonValue } from '#shared/json.ts'
import type { Report } from '../report.ts'
import type { Path } from '../template/path.ts'
import { failAt, memberOf, objectOf, type TemplateSource } from '../template/source.ts'
import { words } from '../words.ts'
import { evaluate } from './intrinsics.ts'
import { type Evaluation, fail, textOf } from './evaluation.ts'

/** AWS allows 500 per stack; a transform makes several of one. */
const RESOURCES_MAX = 5_000

export interface ResourceDeclaration {
  readonly logicalId: string
  readonly type: string
  readonly properties: JsonValue
  readonly metadata: JsonValue
  readonly condition: string | undefined
  readonly dependsOn: readonly string[]
  readonly retain: boolean
  /** UpdateReplacePolicy: what another one takes the place of stays. */
  readonly retainReplaced: boolean
}

type Locate = (path: Path) => Path

const SECTIONS = new Set(
  words(
    'AWSTemplateFormatVersion Conditions Description Globals Mappings Metadata Outputs Parameters Resources Transform',
  ),
)
const TRANSFORMS = new Set(['AWS::Serverless-2016-10-31', 'AWS::LanguageExtensions'])
const ATTRIBUTES = new Set(
  words(
    'Type Properties Condition DependsOn DeletionPolicy UpdateReplacePolicy IgnoreGlobals Metadata',
  ),
)

const EFFECTS: Readonly<Record<string, string>> = {
  CreationPolicy: 'accepted: nothing here sends signals, so none is waited for',
  UpdatePolicy: 'accepted: what it is about does not exist here, or is changed at once',
}

/** Reports the parts of a template that nothing here reads. */
export const reportSections = (template: JsonObject, report: Report): void => {
  for (const section of Object.keys(template)) {
    if (!SECTIONS.has(section) && !isCdkRule(section, template)) {
      report.add([section], `section ${section}`, 'ignored: it has no effect here')
    }
  }
  for (const transform of [template['Transform'] ?? []].flat()) {
    const name = textOf(transform) ?? String(memberOf(transform, 'Name'))
    if (!TRANSFORMS.has(name)) {
      report.add(['Transform'], `transform ${name}`, 'not run: the template is taken as it is')
    }
  }
  for (const [logicalId, resource] of Object.entries(objectOf(template['Resources']) ?? {})) {
    for (const attribute of Object.keys(objectOf(resource) ?? {})) {
      if (ATTRIBUTES.has(attribute)) continue
      const path = ['Resources', logicalId, attribute]
      report.add(
        path,
        `attribute ${attribute}`,
        EFFECTS[attribute] ?? 'ignored: it has no effect here',
      )
    }
  }
}

/** CDK's own rule compares the version of its bootstrap stack, which is no part of the application. */
const isCdkRule = (section: string, template: JsonObject): boolean =>
  section === 'Rules' &&
  Object.keys(objectOf(template['Rules']) ?? {}).join() === 'CheckBootstrapVersion'

export const readResources = (
  source: TemplateSource,
  locate: Locate,
): ReadonlyMap<string, ResourceDeclaration> => {
  const section = objectOf(source.value['Resources'])
  if (section === undefined || Object.keys(section).length === 0) {
    return failAt(source, [], 'the template has no resources', 'Add a `Resources` section')
  }
  const entries = Object.entries(section)
  if (entries.length > RESOURCES_MAX) {
    failAt(source, ['Resources'], `more than ${RESOURCES_MAX} resources`, 'Split the template')
  }
  return new Map(
    entries.map(([logicalId, value]) => [
      logicalId,
      readResource(logicalId, value, section, source, locate),
    ]),
  )
}

const readResource = (
  logicalId: string,
  value: JsonValue,
  section: JsonObject,
  source: TemplateSource,
  locate: Locate,
): ResourceDeclaration => {
  const path = locate(['Resources', logicalId])
  const resource = objectOf(value)
  const type = resource?.['Type']
  if (resource === undefined || typeof type !== 'string') {
    return failAt(
      source,
      path,
      `the resource \`${logicalId}\` has no Type`,
      'Give `Type: AWS::Service::Resource`',
    )
  }
  if (!/^[A-Za-z0-9]+$/.test(logicalId)) {
    failAt(source, path, `\`${logicalId}\` is not a logical id`, 'Use letters and digits only')
  }
  const dependsOn = [resource['DependsOn'] ?? []].flat().map((name) => {
    if (typeof name === 'string' && Object.hasOwn(section, name)) return name
    return failAt(
      source,
      [...path, 'DependsOn'],
      `DependsOn names \`${textOf(name) ?? JSON.stringify(name)}\`, which is no resource of the template`,
      'Correct or remove the name',
    )
  })
  return {
    logicalId,
    type,
    properties: resource['Properties'] ?? {},
    metadata: resource['Metadata'] ?? {},
    condition: textOf(resource['Condition'] ?? null),
    dependsOn,
    retain: textOf(resource['DeletionPolicy'])?.startsWith('Retain') === true,
    retainReplaced: resource['UpdateReplacePolicy'] === 'Retain',
  }
}

/** Evaluates conditions by name, each once, and says so where one leads back to itself. */
export const conditionsOf = (
  source: TemplateSource,
  evaluation: () => Evaluation,
): ((name: string, path: Path) => boolean) => {
  const known = new Map<string, boolean>()
  const open: string[] = []
  return (name, path) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const expression = memberOf(source.value['Conditions'], name)
    if (expression === undefined) {
      return fail(
        evaluation(),
        path,
        `there is no condition \`${name}\``,
        'Declare it under Conditions, or correct the name',
      )
    }
    const at = ['Conditions', name]
    if (open.includes(name)) {
      const cycle = [...open.slice(open.indexOf(name)), name].join(' → ')
      return failAt(source, at, `conditions form a cycle: ${cycle}`, 'Break the cycle')
    }
    open.push(name)
    const text = textOf(evaluate(expression, evaluation(), at))
    open.pop()
    if (text !== 'true' && text !== 'false') {
      return failAt(source, at, `\`${name}\` is not a condition`, 'Use Fn::Equals and its kin')
    }
    known.set(name, text === 'true')
    return text === 'true'
  }
}
