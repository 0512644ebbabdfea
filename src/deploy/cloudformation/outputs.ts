// The Outputs of a stack, evaluated once its resources exist.
import type { JsonObject } from '#shared/json.ts'
import { failAt, objectOf, type TemplateSource } from '../template/source.ts'
import { type Evaluation, fail, textOf } from './evaluation.ts'
import { evaluate } from './intrinsics.ts'
import type { StackOutput } from './stacks.ts'

export const stackOutputs = (
  source: TemplateSource,
  evaluation: Evaluation,
): Readonly<Record<string, StackOutput>> => {
  const section = objectOf(source.value['Outputs'] ?? {})
  if (section === undefined) {
    return failAt(source, ['Outputs'], 'Outputs must be a map', 'Give `Name: {Value: …}`')
  }
  const outputs: [string, StackOutput][] = []
  for (const [name, value] of Object.entries(section)) {
    const output = outputOf(name, objectOf(value), evaluation)
    if (output !== undefined) outputs.push([name, output])
  }
  return Object.fromEntries(outputs)
}

const outputOf = (
  name: string,
  output: JsonObject | undefined,
  evaluation: Evaluation,
): StackOutput | undefined => {
  const path = ['Outputs', name]
  const value = output?.['Value']
  if (output === undefined || value === undefined) {
    return fail(evaluation, path, `the output \`${name}\` has no Value`, 'Give `Value: …`')
  }
  const condition = textOf(output['Condition'] ?? null)
  if (condition !== undefined && !evaluation.condition(condition, [...path, 'Condition'])) {
    return undefined
  }
  const result = evaluate(value, evaluation, [...path, 'Value'])
  const description = textOf(output['Description'] ?? null)
  const exportName = objectOf(output['Export'])?.['Name']
  const exported =
    exportName === undefined
      ? undefined
      : textOf(evaluate(exportName, evaluation, [...path, 'Export', 'Name']))
  return {
    value: textOf(result) ?? JSON.stringify(result ?? null),
    ...(description === undefined ? {} : { description }),
    ...(exported === undefined ? {} : { exportName: exported }),
  }
}
