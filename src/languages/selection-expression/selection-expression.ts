// The expressions by which WebSocket APIs choose routes and templates: `$request.body.action`,
// `${request.body.service}/${request.body.action}`, `\$default`, `200`.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html

/**
 * Gives the value of a variable such as `request.body.items[0]`, whose names are `request`, `body`, `items`, `0`;
 * undefined where there is none.
 */
export type VariableValue = (variable: string, names: readonly string[]) => string | undefined

export type SelectionExpression = (valueOf: VariableValue) => string

export class SelectionExpressionError extends Error {
  override readonly name = 'SelectionExpressionError'
}

/** `variables`: the roots that stand for something here. Throws SelectionExpressionError. */
export const compileSelectionExpression = (
  text: string,
  variables: readonly string[],
): SelectionExpression => {
  const parts = parse(text)
  for (const part of parts) {
    if (typeof part === 'string') continue
    const known = variables.some(
      (root) => part.variable === root || part.variable.startsWith(`${root}.`),
    )
    if (!known) {
      throw new SelectionExpressionError(
        `${JSON.stringify(text)} reads $${part.variable}: only ${variables.join(', ')} can be read here`,
      )
    }
  }
  // AWS: a variable without a value is nothing. [behaviour.md 14]
  const [only, ...more] = parts
  if (more.length === 0 && typeof only === 'object') {
    return (valueOf) => valueOf(only.variable, only.names) ?? ''
  }
  return (valueOf) =>
    parts
      .map((part) => (typeof part === 'string' ? part : (valueOf(part.variable, part.names) ?? '')))
      .join('')
}

type Part = string | { readonly variable: string; readonly names: readonly string[] }

const parse = (text: string): readonly Part[] => {
  const parts: Part[] = []
  let end = 0
  for (const match of text.matchAll(VARIABLE)) {
    if (match.index > end) parts.push(text.slice(end, match.index))
    end = match.index + match[0].length
    const variable = match[1] ?? match[2]
    // `\$default`: a dollar that is none.
    if (variable === undefined) parts.push('$')
    // `$default` is no variable, though one would be written so.
    else if (variable === 'default') parts.push('$default')
    else parts.push({ variable, names: variable.replaceAll(/\[(\d+)\]/g, '.$1').split('.') })
  }
  if (end < text.length) parts.push(text.slice(end))
  return parts
}

const VARIABLE = /\\\$|\$\{([\w.[\]-]+)\}|\$([A-Za-z][\w.[\]-]*)/g
