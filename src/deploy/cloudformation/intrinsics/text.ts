// Fn::Sub, Fn::Join, Fn::Split, Fn::Base64.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { argumentList, evaluatedText, fail, type Intrinsic, textOf } from '../evaluation.ts'
import { getAtt, ref } from './references.ts'

/** `${Name}`, but not `${!Literal}`. */
export const SUB_VARIABLE = /\$\{([^!{}][^{}]*)\}/g

export const sub: Intrinsic = (argument, evaluation, path, evaluate) => {
  const shape = 'text, or [text, {Name: value}]'
  const [text, variables = {}] =
    typeof argument === 'string'
      ? [argument]
      : argumentList(argument, [2, 2], shape, evaluation, path)
  if (typeof text !== 'string' || !isObject(variables)) {
    return fail(evaluation, path, 'Fn::Sub has the wrong arguments', `Write it as ${shape}`)
  }
  const valueOf = (name: string): string => {
    const own = Object.hasOwn(variables, name)
    let value: JsonValue | undefined
    if (own) value = evaluate((variables as JsonObject)[name] ?? null, [...path, 1, name])
    else if (name.includes('.')) value = getAtt(name, evaluation, path, evaluate)
    else value = ref(name, evaluation, path, evaluate)
    return (
      textOf(value) ??
      fail(evaluation, path, `\`\${${name}}\` is not text`, 'Name something that gives a string')
    )
  }
  return text
    .replaceAll(SUB_VARIABLE, (_, name: string) => valueOf(name.trim()))
    .replaceAll('${!', '${')
}

export const join: Intrinsic = (argument, evaluation, path, evaluate) => {
  const shape = '[delimiter, [text, …]]'
  const [delimiter, list] = argumentList(argument, [2, 2], shape, evaluation, path)
  const items = list === undefined ? undefined : evaluate(list, [...path, 1])
  if (!Array.isArray(items) || typeof delimiter !== 'string') {
    return fail(evaluation, path, 'Fn::Join has the wrong arguments', `Write it as ${shape}`)
  }
  return items
    .map(
      (item: JsonValue, index) =>
        textOf(item) ??
        fail(evaluation, [...path, 1, index], 'Fn::Join joins text', 'Give a string'),
    )
    .join(delimiter)
}

export const split: Intrinsic = (argument, evaluation, path, evaluate) => {
  const [delimiter, text] = argumentList(argument, [2, 2], '[delimiter, text]', evaluation, path)
  const by = evaluatedText(delimiter, 'the delimiter of Fn::Split', evaluation, path, evaluate)
  return evaluatedText(text, 'what Fn::Split splits', evaluation, path, evaluate).split(by)
}

export const base64: Intrinsic = (argument, evaluation, path, evaluate) =>
  Buffer.from(
    evaluatedText(argument, 'what Fn::Base64 encodes', evaluation, path, evaluate),
  ).toString('base64')
