// The functions at the end of a path: length(), min(), max(), keys() …
import { type CompilePath, charge, nestedRun, type PathRun } from './run.ts'
import type { FunctionParameter, FunctionStep } from './syntax.ts'

/** Undefined where the function does not exist or has nothing to work on: the path then leads nowhere. */
export type FunctionCall = (value: unknown, run: PathRun) => unknown

export const compileFunction = (step: FunctionStep, compilePath: CompilePath): FunctionCall => {
  const parameters = step.parameters.map((parameter) => compileParameter(parameter, compilePath))
  switch (step.name) {
    case 'length':
    case 'size':
      return compileLength(step, compilePath)
    case 'keys':
      return (value, { shape }) =>
        shape.typeOf(value) === 'object'
          ? shape.fromJson([...shape.keys(value)])
          : shape.fromJson(null)
    case 'concat':
      return (value, run) => concatenated(value, parameters, run)
    case 'append':
      return (value, run) => {
        const { shape } = run
        if (shape.typeOf(value) !== 'array') return value
        const added = parameters.flatMap((parameter) => parameter(run))
        charge(run, shape.items(value).length)
        return shape.array([...shape.items(value), ...added])
      }
    case 'first':
    case 'last':
    case 'index':
      return (value, run) => itemAt(step.name, value, parameters, run)
    default: {
      const aggregate = AGGREGATES.get(step.name)
      if (aggregate === undefined) return () => undefined
      return (value, run) => {
        const numbers = numbersIn(value, parameters, run)
        return numbers.length === 0 ? undefined : run.shape.double(aggregate(numbers))
      }
    }
  }
}

/** What a parameter stands for: the items of an array one by one. */
type ReadParameter = (run: PathRun) => readonly unknown[]

const compileParameter = (
  parameter: FunctionParameter,
  compilePath: CompilePath,
): ReadParameter => {
  if (parameter.kind === 'json') {
    const { value } = parameter
    return ({ shape }) => listed(shape.fromJson(value), shape)
  }
  const path = compilePath(parameter.path)
  return (run) => {
    const found = path.evaluate(run.root, nestedRun(run, false))
    return found.found ? listed(found.value, run.shape) : []
  }
}

const listed = (value: unknown, shape: PathRun['shape']): readonly unknown[] =>
  shape.typeOf(value) === 'array' ? shape.items(value) : [value]

/** The length of the value, or of all that the parameter's path has below it. */
const compileLength = (step: FunctionStep, compilePath: CompilePath): FunctionCall => {
  const [parameter] = step.parameters
  const below =
    parameter?.kind === 'path'
      ? compilePath({ ...parameter.path, steps: [...parameter.path.steps, { kind: 'wildcard' }] })
      : undefined
  return (value, run) => {
    const { shape } = run
    const found = below?.evaluate(value, nestedRun(run, false))
    const subject = found?.found === true ? found.value : value
    const type = shape.typeOf(subject)
    if (type === 'array') return shape.fromJson(shape.items(subject).length)
    return shape.fromJson(type === 'object' ? shape.keys(subject).length : null)
  }
}

const concatenated = (
  value: unknown,
  parameters: readonly ReadParameter[],
  run: PathRun,
): unknown => {
  const { shape } = run
  const own = shape.typeOf(value) === 'array' ? shape.items(value) : []
  const texts = own.filter((item) => shape.typeOf(item) === 'string')
  for (const item of parameters.flatMap((parameter) => parameter(run))) {
    if (['string', 'number', 'boolean'].includes(shape.typeOf(item))) texts.push(item)
  }
  charge(run, own.length + texts.length)
  return shape.fromJson(texts.map((text) => shape.textOf(text)).join(''))
}

const itemAt = (
  name: string,
  value: unknown,
  parameters: readonly ReadParameter[],
  run: PathRun,
): unknown => {
  const { shape } = run
  if (shape.typeOf(value) !== 'array') return undefined
  const [asked] =
    name === 'index' ? numbersIn(undefined, parameters, run) : [name === 'first' ? 0 : -1]
  return asked === undefined ? undefined : shape.items(value).at(Math.trunc(asked))
}

const numbersIn = (
  value: unknown,
  parameters: readonly ReadParameter[],
  run: PathRun,
): readonly number[] => {
  const { shape } = run
  const own = value !== undefined && shape.typeOf(value) === 'array' ? shape.items(value) : []
  const numbers: number[] = []
  charge(run, own.length)
  for (const item of own) if (shape.typeOf(item) === 'number') numbers.push(shape.numberOf(item))
  for (const item of parameters.flatMap((parameter) => parameter(run))) {
    charge(run, 1)
    if (shape.typeOf(item) === 'number') numbers.push(shape.numberOf(item))
  }
  return numbers
}

const sum = (numbers: readonly number[]): number => {
  let total = 0
  for (const number of numbers) total += number
  return total
}

const AGGREGATES: ReadonlyMap<string, (numbers: readonly number[]) => number> = new Map([
  ['sum', sum],
  ['avg', (numbers: readonly number[]) => sum(numbers) / numbers.length],
  ['min', (numbers: readonly number[]) => numbers.reduce((left, right) => Math.min(left, right))],
  ['max', (numbers: readonly number[]) => numbers.reduce((left, right) => Math.max(left, right))],
  [
    'stddev',
    (numbers: readonly number[]) => {
      const mean = sum(numbers) / numbers.length
      return Math.sqrt(sum(numbers.map((number) => number * number)) / numbers.length - mean * mean)
    },
  ],
])
