// References of a model: to a part of itself, or to another model of the same API by the address AWS gives models.
import { isObject } from '#shared/json.ts'
import { ModelSchemaError } from './errors.ts'
import { keywordOf } from './read-keyword.ts'

/** The schema of a model of the same API, by name; undefined where there is none. */
export type ResolveModel = (name: string) => unknown

export interface ReferenceTarget {
  /** '' for the model itself. */
  readonly model: string
  /** Unescaped steps into that model. */
  readonly path: readonly string[]
}

/** Throws where the reference leads out of the API: AWS fetches nothing. */
export const parseReference = (
  reference: string,
  from: string,
  pointer: string,
): ReferenceTarget => {
  const hash = reference.indexOf('#')
  const address = hash < 0 ? reference : reference.slice(0, hash)
  const fragment = hash < 0 ? '' : reference.slice(hash + 1)
  const model = address === '' ? from : MODEL_ADDRESS.exec(address)?.[1]
  if (model === undefined) {
    throw new ModelSchemaError(`$ref ${reference.slice(0, 256)} is no model of this API`, pointer)
  }
  if (fragment !== '' && !fragment.startsWith('/')) {
    throw new ModelSchemaError(`$ref ${reference.slice(0, 256)} is no JSON pointer`, pointer)
  }
  return { model, path: fragment === '' ? [] : fragment.slice(1).split('/').map(unescapedStep) }
}

/** What a path of steps leads to; undefined where it leads nowhere. */
export const follow = (document: unknown, path: readonly string[]): unknown => {
  let current = document
  for (const step of path) {
    if (Array.isArray(current))
      current = /^(?:0|[1-9][0-9]{0,8})$/.test(step) ? current[Number(step)] : undefined
    else current = isObject(current) ? keywordOf(current, step) : undefined
  }
  return current
}

// AWS: models refer to each other as https://apigateway.amazonaws.com/restapis/{id}/models/{Name}. [F179]
const MODEL_ADDRESS =
  /^https:\/\/apigateway\.amazonaws\.com\/(?:restapis|v2\/apis|apis)\/[^/]{1,64}\/models\/([A-Za-z0-9]{1,255})$/

const unescapedStep = (step: string): string => {
  const plain = /%[0-9A-Fa-f]{2}/.test(step) ? decoded(step) : step
  return plain.replaceAll('~1', '/').replaceAll('~0', '~')
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not percent-encoded after all: then it stands for itself.
    return text
  }
}
