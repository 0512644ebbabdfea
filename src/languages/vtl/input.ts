// `$input`: the body and the parameters of the request, or the body of the integration's response.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html#input-variable-reference
import type { Budget } from './budget.ts'
import { type JsonInput, toVtl } from './json.ts'
import { jsonText } from './print.ts'
import type { Run } from './run.ts'
import { VtlMap, VtlObject, type VtlValue } from './values.ts'

export interface VtlInput {
  /** Empty where there is none. */
  readonly body: string
  readonly path: Readonly<Record<string, string>>
  readonly querystring: Readonly<Record<string, string>>
  /** Names as the client wrote them. */
  readonly header: Readonly<Record<string, string>>
  /**
   * The value of a JSON path in the body; undefined where there is none. It may be called some
   * thousand times in one
   * rendering, so that it parses the body once and bounds the work of all calls together.
   */
  readonly jsonPath: (path: string, budget: Budget) => JsonInput
}

export const createInput = (input: VtlInput): VtlObject => new Input(input)

class Input extends VtlObject {
  readonly className = 'com.amazonaws.Input'
  readonly #input: VtlInput
  #params: ParamsMap | undefined

  constructor(input: VtlInput) {
    super()
    this.#input = input
  }

  override property(name: string): VtlValue | undefined {
    if (name !== 'body') return undefined
    // AWS: an empty body is an empty object. [behaviour.md 6]
    return this.#input.body === '' ? '{}' : this.#input.body
  }

  override method(name: string, args: readonly VtlValue[], run: Run): VtlValue | undefined {
    const [first] = args
    if (args.length > 1) return undefined
    if (name === 'params') return this.#parameters(first)
    if (typeof first !== 'string') return undefined
    if (name === 'path') return this.#valueAt(first, run)
    return name === 'json' ? this.#jsonAt(first, run) : undefined
  }

  #valueAt(path: string, run: Run): VtlValue {
    run.budget.spend(PATH_STEPS)
    return toVtl(this.#input.jsonPath(path, run.budget), run.budget)
  }

  /** AWS: what is not there is the empty JSON text, quotes and all. [behaviour.md 6] */
  #jsonAt(path: string, run: Run): string {
    run.budget.spend(PATH_STEPS)
    const found = this.#input.jsonPath(path, run.budget)
    return found === undefined ? '""' : jsonText(toVtl(found, run.budget), run)
  }

  /** AWS: by name, the path first, then the query string, then the headers. [guide] */
  #parameters(name: VtlValue | undefined): VtlValue | undefined {
    if (name === undefined) return this.#allParameters()
    if (typeof name !== 'string') return undefined
    for (const part of [this.#input.path, this.#input.querystring, this.#input.header]) {
      if (Object.hasOwn(part, name)) return part[name] ?? null
    }
    return ''
  }

  #allParameters(): ParamsMap {
    if (this.#params === undefined) {
      this.#params = new ParamsMap()
      this.#params.put('path', toVtl(this.#input.path))
      this.#params.put('querystring', toVtl(this.#input.querystring))
      this.#params.put('header', toVtl(this.#input.header))
    }
    return this.#params
  }
}

/** What a look-up costs here; the one who looks spends more. */
const PATH_STEPS = 50

/** `$input.params()`. AWS: `.header()` and `.header('name')` work too. [behaviour.md 6] */
class ParamsMap extends VtlMap {
  override method(name: string, args: readonly VtlValue[]): VtlValue | undefined {
    const [key] = args
    if (args.length > 1 || !this.has(name)) return undefined
    const part = this.get(name)
    if (key === undefined) return part
    return part instanceof VtlMap ? part.get(key) : undefined
  }
}
