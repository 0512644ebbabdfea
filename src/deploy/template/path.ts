// Where in a template something stands: `Resources.HelloFunction.Properties.Events[0]`.

export type Path = readonly (string | number)[]

export const formatPath = (path: Path): string => {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += text === '' ? part : `.${part}`
  }
  return text
}
