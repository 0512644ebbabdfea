// Renders templates for the tests, with a request to render them for.
import { compileVtl, type VtlBindings, type VtlRendering } from '#languages/vtl/compile.ts'
import type { VtlLimits } from '#languages/vtl/budget.ts'
import { parseJson } from '#languages/vtl/json.ts'
import { VtlList, VtlMap, type VtlValue } from '#languages/vtl/values.ts'

export interface TestRequest extends Partial<Omit<VtlBindings, 'input' | 'context'>> {
  readonly body?: string
  readonly path?: Readonly<Record<string, string>>
  readonly querystring?: Readonly<Record<string, string>>
  readonly header?: Readonly<Record<string, string>>
  readonly context?: ReturnType<VtlBindings['context']>
}

/** Names and indexes only: what JSON paths are is tested with the engine for them. */
export const simpleJsonPath = (body: string, path: string): VtlValue | undefined => {
  let value: VtlValue | undefined = parseJson(body === '' ? '{}' : body)
  for (const [, name, index] of path.matchAll(/\.([\w-]+)|\[(\d+)\]/g)) {
    if (value instanceof VtlMap && name !== undefined) value = value.get(name)
    else if (value instanceof VtlList && index !== undefined) value = value.items[Number(index)]
    else return undefined
  }
  return value
}

export const bindingsOf = (request: TestRequest = {}): VtlBindings => {
  const { body = '', path = {}, querystring = {}, header = {}, context = {}, ...rest } = request
  return {
    stageVariables: {},
    ...rest,
    context: () => context,
    input: { body, path, querystring, header, jsonPath: (wanted) => simpleJsonPath(body, wanted) },
  }
}

export const renderAll = (
  template: string,
  request?: TestRequest,
  limits?: Partial<VtlLimits>,
): VtlRendering => compileVtl(template, limits).render(bindingsOf(request))

export const render = (
  template: string,
  request?: TestRequest,
  limits?: Partial<VtlLimits>,
): string => renderAll(template, request, limits).text

/** JSON as the values Java code would have put into a context: lists that print as Java's. */
export const javaValue = (json: unknown): VtlValue => asJava(parseJson(JSON.stringify(json)))

const asJava = (value: VtlValue): VtlValue => {
  if (value instanceof VtlList) return new VtlList(value.items.map(asJava))
  if (!(value instanceof VtlMap)) return value
  const map = new VtlMap()
  for (const { key, value: member } of value.entries()) map.put(key, asJava(member))
  return map
}

/** Variables of a template by name. */
export const variablesOf = (
  values: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, VtlValue> =>
  new Map(Object.entries(values).map(([name, value]) => [name, javaValue(value)]))
