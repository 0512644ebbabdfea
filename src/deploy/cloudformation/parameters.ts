// Template parameters: given values, defaults and rules. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { didYouMean } from '#shared/spelling.ts'
import { RegexBudgetError } from '#languages/regex/errors.ts'
import { compileJavaRegex, type JavaRegex } from '#languages/regex/java-regex.ts'
import { PARTITION, type Scope, URL_SUFFIX } from '#model/scope.ts'
import type { Report } from '../report.ts'
import { failAt, objectOf, type TemplateSource } from '../template/source.ts'
import { isDynamicReference } from './dynamic-references.ts'
import { textOf } from './evaluation.ts'
import { type GivenValues, NO_VALUES } from './given-values.ts'

export type GivenParameters = Readonly<Record<string, string>>

const TYPES =
  /^(String|Number|List<Number>|List<String>|CommaDelimitedList|(List<)?AWS::[\w:]+>?|AWS::SSM::Parameter::(Name|Value<.+>))$/

/** What else is known of values, and what must not be shown of them. */
export interface KnownValues {
  readonly values: GivenValues
  readonly secrets: Set<string>
}

export const resolveParameters = (
  source: TemplateSource,
  given: GivenParameters,
  report: Report,
  known: KnownValues = { values: NO_VALUES, secrets: new Set() },
): ReadonlyMap<string, JsonValue> => {
  const declared = objectOf(source.value['Parameters']) ?? {}
  const values = new Map<string, JsonValue>()
  for (const [name, declaration] of Object.entries(declared)) {
    const path = ['Parameters', name]
    const parameter = objectOf(declaration)
    const type = textOf(parameter?.['Type'])
    if (parameter === undefined || type === undefined || !TYPES.test(type)) {
      failAt(source, path, `the parameter \`${name}\` has no valid Type`, 'Give `Type: String`')
    } else {
      const value = parameterValue(name, type, parameter, { given, source, known })
      values.set(name, value)
      if (textOf(parameter['NoEcho']) === 'true') {
        for (const text of [value].flat()) known.secrets.add(String(text))
      }
    }
  }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(declared, name)) continue
    if (isDynamicReference(name)) {
      values.set(name, given[name] ?? '')
      continue
    }
    report.add(
      ['Parameters'],
      `parameter ${name}`,
      `was given, but the template declares no such${didYouMean(name, Object.keys(declared))}`,
    )
  }
  return values
}

export const pseudoParameters = (scope: Scope, stackName: string): ReadonlyMap<string, JsonValue> =>
  new Map<string, JsonValue>([
    ['AWS::AccountId', scope.accountId],
    ['AWS::NotificationARNs', []],
    ['AWS::Partition', PARTITION],
    ['AWS::Region', scope.region],
    ['AWS::StackId', stackId(scope, stackName)],
    ['AWS::StackName', stackName],
    ['AWS::URLSuffix', URL_SUFFIX],
  ])

/** AWS ends a stack's id with a UUID; here it is the same after every restart, as everything of a stack is. */
export const stackId = (scope: Scope, stackName: string) =>
  `arn:${PARTITION}:cloudformation:${scope.region}:${scope.accountId}:stack/${stackName}/00000000-0000-4000-8000-000000000000`

interface GivenFor {
  readonly given: GivenParameters
  readonly source: TemplateSource
  readonly known: KnownValues
}

const parameterValue = (
  name: string,
  type: string,
  parameter: JsonObject,
  { given, source, known }: GivenFor,
): JsonValue => {
  const isStored = type.startsWith('AWS::SSM::Parameter::Value')
  const own = Object.hasOwn(given, name) ? given[name] : undefined
  // The default of an SSM parameter is the name of a value that lies in AWS, and so may be what was given.
  const wanted = own ?? defaultText(parameter['Default'])
  const stored = isStored && wanted !== undefined ? known.values.find(`ssm:${wanted}`) : undefined
  const text = stored ?? (isStored ? own : wanted)
  if (text === undefined) {
    const reason = isStored && wanted !== undefined ? ' here' : ''
    return failAt(
      source,
      ['Parameters', name],
      `the parameter \`${name}\` has no value${reason}`,
      `Give one with --parameter ${name}=Value`,
    )
  }
  checkRules(name, type, text, parameter, source)
  const isList = type === 'CommaDelimitedList' || /^List<|<(List<|CommaDelimitedList)/.test(type)
  if (isList) return text === '' ? [] : text.split(',').map((item) => item.trim())
  return text
}

const defaultText = (value: JsonValue | undefined): string | undefined =>
  Array.isArray(value)
    ? value.map((item: JsonValue) => textOf(item) ?? '').join(',')
    : textOf(value)

const checkRules = (
  name: string,
  type: string,
  text: string,
  parameter: JsonObject,
  source: TemplateSource,
): void => {
  const secret = textOf(parameter['NoEcho']) === 'true'
  const shown = secret ? 'its value' : `\`${text}\``
  const constraint = textOf(parameter['ConstraintDescription'])
  const refuse = (problem: string) =>
    failAt(
      source,
      ['Parameters', name],
      `the parameter \`${name}\`: ${constraint ?? `${shown} ${problem}`}`,
      `Give another with --parameter ${name}=Value`,
    )
  const numbers = type === 'List<Number>' ? text.split(',') : type === 'Number' ? [text] : []
  if (numbers.some((number) => number.trim() === '' || !Number.isFinite(Number(number)))) {
    refuse('is not a number')
  }
  const allowed = parameter['AllowedValues']
  const single = type === 'CommaDelimitedList' ? text.split(',').map((item) => item.trim()) : [text]
  if (Array.isArray(allowed)) {
    const names = allowed.map((item: JsonValue) => textOf(item))
    if (!single.every((item) => names.includes(item))) {
      refuse(secret ? 'is not an allowed value' : `is not one of ${names.join(', ')}`)
    }
  }
  if (type === 'String' && !within(text.length, parameter, 'MinLength', 'MaxLength')) {
    refuse(`must have ${describeBounds(parameter, 'MinLength', 'MaxLength')} characters`)
  }
  if (type === 'Number' && !within(Number(text), parameter, 'MinValue', 'MaxValue')) {
    refuse(`must be ${describeBounds(parameter, 'MinValue', 'MaxValue')}`)
  }
  checkPattern(name, text, parameter, source, refuse)
}

const within = (value: number, parameter: JsonObject, least: string, most: string): boolean => {
  const low = textOf(parameter[least])
  const high = textOf(parameter[most])
  return (
    (low === undefined || value >= Number(low)) && (high === undefined || value <= Number(high))
  )
}

const describeBounds = (parameter: JsonObject, least: string, most: string): string =>
  [
    parameter[least] === undefined ? '' : `at least ${textOf(parameter[least])}`,
    parameter[most] === undefined ? '' : `at most ${textOf(parameter[most])}`,
  ]
    .filter(Boolean)
    .join(' and ')

/** The template is the operator's own file: its pattern runs once per deployment, on a bounded text. */
const PATTERN_TEXT_MAX = 4096

const checkPattern = (
  name: string,
  text: string,
  parameter: JsonObject,
  source: TemplateSource,
  refuse: (problem: string) => never,
): void => {
  const pattern = textOf(parameter['AllowedPattern'])
  if (pattern === undefined) return
  if (text.length > PATTERN_TEXT_MAX) refuse(`has more than ${PATTERN_TEXT_MAX} characters`)
  let expression: JavaRegex
  try {
    // AWS: a pattern of Java's, which the whole value has to match. [AWSCloudFormation, Parameters]
    expression = compileJavaRegex(pattern)
  } catch (error) {
    return failAt(
      source,
      ['Parameters', name, 'AllowedPattern'],
      'AllowedPattern is not a regular expression',
      'Correct the pattern',
      error,
    )
  }
  try {
    if (!expression.matches(text)) refuse(`does not match ${pattern}`)
  } catch (error) {
    if (!(error instanceof RegexBudgetError)) throw error
    refuse(`takes too long to compare with ${pattern}`)
  }
}
