// XML that a client sends → elements. Only what AWS's clients write: no document types, so no entities of one's own,
// and bounds on depth and number.
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  readonly text: string
}

const ELEMENTS_MAX = 50_000
const DEPTH_MAX = 32

/** Undefined where the text is no well-formed document. */
export const parseXml = (text: string): XmlElement | undefined => {
  const root: Open = { name: '', attributes: {}, children: [], text: '' }
  const open: Open[] = [root]
  let elements = 0
  let at = text.startsWith('\ufeff') ? 1 : 0
  while (at < text.length) {
    const next = text.indexOf('<', at)
    const current = open.at(-1)
    if (current === undefined) return undefined
    const plain = unescapeXml(next === -1 ? text.slice(at) : text.slice(at, next))
    if (plain === undefined) return undefined
    current.text += plain
    if (next === -1) break
    const skipped = skipAside(text, next, current)
    if (skipped === -1) return undefined
    if (skipped > next) {
      at = skipped
      continue
    }
    TAG.lastIndex = next
    const tag = TAG.exec(text)
    if (tag === null) return undefined
    at = TAG.lastIndex
    const [, isEnd, name = '', attributes = '', isEmpty] = tag
    if (isEnd) {
      if (open.length === 1 || current.name !== localName(name)) return undefined
      open.pop()
      continue
    }
    if (++elements > ELEMENTS_MAX || open.length > DEPTH_MAX) return undefined
    const made: Open = {
      name: localName(name),
      attributes: attributesOf(attributes),
      children: [],
      text: '',
    }
    current.children.push(made)
    if (!isEmpty) open.push(made)
  }
  const [first] = root.children
  const isWhole = open.length === 1 && root.children.length === 1 && root.text.trim() === ''
  return isWhole ? first : undefined
}

interface Open extends XmlElement {
  text: string
  readonly children: XmlElement[]
}

const TAG = /<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y

/** Past a comment, a declaration or a section of characters; the same place where there is none, -1 where it is broken. */
const skipAside = (text: string, at: number, current: Open): number => {
  if (text.startsWith('<![CDATA[', at)) {
    const end = text.indexOf(']]>', at)
    if (end === -1) return -1
    current.text += text.slice(at + 9, end)
    return end + 3
  }
  const close = text.startsWith('<!--', at) ? '-->' : text.startsWith('<?', at) ? '?>' : undefined
  if (close === undefined) return at
  const end = text.indexOf(close, at)
  return end === -1 ? -1 : end + close.length
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

const attributesOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(
      ([, name = '', double, single]) => [name, unescapeXml(double ?? single ?? '') ?? ''],
    ),
  )

/** Undefined where a reference is none that XML itself has. */
const unescapeXml = (text: string): string | undefined => {
  let isBroken = false
  const plain = text.replaceAll(/&(#x[\da-fA-F]{1,6}|#\d{1,7}|\w+)?;?/g, (whole, name?: string) => {
    const known = name === undefined ? undefined : NAMED[name]
    if (known !== undefined && whole.endsWith(';')) return known
    const code = name?.startsWith('#x')
      ? Number.parseInt(name.slice(2), 16)
      : Number(name?.slice(1))
    if (name?.startsWith('#') && whole.endsWith(';') && code <= 0x10_ff_ff)
      return String.fromCodePoint(code)
    isBroken = true
    return ''
  })
  return isBroken ? undefined : plain
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}
