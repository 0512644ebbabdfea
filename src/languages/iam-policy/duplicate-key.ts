// JSON keeps the last of two members of one name, silently. In a policy the first may be the condition that mattered.

/** A name that an object of this JSON text has twice, or undefined. The text must be valid JSON. */
export const findDuplicateKey = (json: string): string | undefined => {
  const objects: Set<string>[] = []
  let text: string | undefined
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}:]/g)) {
    if (token === '{') objects.push(new Set())
    else if (token === '}') objects.pop()
    else if (token !== ':') text = token
    // In valid JSON, text before a colon is a name.
    else if (text !== undefined) {
      const names = objects.at(-1)
      const name: unknown = JSON.parse(text)
      if (typeof name === 'string' && names?.has(name)) return name
      names?.add(String(name))
    }
  }
  return undefined
}
