// java.lang.String. Texts count in UTF-16 units, in Java as in JavaScript; a char is a text of one
// unit here.
import { compareTexts } from '../equality.ts'
import { isJavaNumber, toInt } from '../numbers.ts'
import { withRegex } from '../regexes.ts'
import type { Run } from '../run.ts'
import { VtlList, type VtlMethod, type VtlMethods, type VtlValue } from '../values.ts'
import { checkIndex, checkRange, intAt, javaException, textAt } from './arguments.ts'
import { formatText } from './format.ts'

type Method = VtlMethod<string>

const OUTSIDE = 'java.lang.StringIndexOutOfBoundsException'

const ofNothing =
  (method: (self: string, run: Run) => VtlValue): Method =>
  (self, args, run) => {
    if (args.length > 0) return undefined
    run.budget.spend(self.length >>> 5)
    return method(self, run)
  }

/** A method of one text. */
const ofText =
  (method: (self: string, text: string, run: Run) => VtlValue): Method =>
  (self, args, run) => {
    const text = textAt(args, 0)
    if (text === undefined || args.length > 1) return undefined
    run.budget.spend(self.length >>> 5)
    return method(self, text, run)
  }

/** What a method makes is paid for by its length. */
const made = (text: string, run: Run): string => {
  run.budget.spendText(text.length)
  return text
}

const substring: Method = (self, args) => {
  const begin = intAt(args, 0)
  const end = args.length === 1 ? self.length : intAt(args, 1)
  if (begin === undefined || end === undefined || args.length > 2) return undefined
  checkRange(begin, end, self.length, OUTSIDE)
  return self.slice(begin, end)
}

const charAt: Method = (self, args) => {
  const index = intAt(args, 0)
  if (index === undefined || args.length > 1) return undefined
  checkIndex(index, self.length, OUTSIDE)
  return self.charAt(index)
}

/** A text, or a char by its number. */
const soughtAt = (args: readonly VtlValue[]): string | undefined => {
  const code = intAt(args, 0)
  if (code === undefined) return textAt(args, 0)
  return code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined
}

const indexOf: Method = (self, args, run) => {
  const sought = soughtAt(args)
  const from = args.length > 1 ? intAt(args, 1) : 0
  if (sought === undefined || from === undefined) return undefined
  run.budget.spend(self.length >>> 5)
  return self.indexOf(sought, from)
}

const lastIndexOf: Method = (self, args, run) => {
  const sought = soughtAt(args)
  const from = args.length > 1 ? intAt(args, 1) : self.length
  if (sought === undefined || from === undefined) return undefined
  run.budget.spend(self.length >>> 5)
  return from < 0 ? -1 : self.lastIndexOf(sought, from)
}

const startsWith: Method = (self, args) => {
  const prefix = textAt(args, 0)
  const from = args.length > 1 ? intAt(args, 1) : 0
  if (prefix === undefined || from === undefined) return undefined
  return from >= 0 && from <= self.length && self.startsWith(prefix, from)
}

/** Pieces cost more than looking for them, and nobody knows before how many there are. */
const PIECES_PER_CHARGE = 1024
const PIECES_PER_STEP = 2

const replace: Method = (self, args, run) => {
  const sought = textAt(args, 0)
  const replacement = textAt(args, 1)
  if (sought === undefined || replacement === undefined) return undefined
  run.budget.spend(1 + (self.length >>> 5))
  if (sought === '') return replaceNothing(self, replacement, run)
  const pieces: string[] = []
  let at = 0
  for (let end = self.indexOf(sought); end !== -1; end = self.indexOf(sought, at)) {
    pieces.push(self.slice(at, end))
    at = end + sought.length
    if (pieces.length % PIECES_PER_CHARGE === 0) {
      run.budget.spend(PIECES_PER_CHARGE / PIECES_PER_STEP)
    }
  }
  run.budget.spendText(self.length + pieces.length * (replacement.length - sought.length))
  pieces.push(self.slice(at))
  return pieces.join(replacement)
}

/** Java: the empty text stands before every unit and at the end. */
const replaceNothing = (self: string, replacement: string, run: Run): string => {
  run.budget.spend(self.length / PIECES_PER_STEP)
  run.budget.spendText(self.length + (self.length + 1) * replacement.length)
  return `${replacement}${self.split('').join(replacement)}${self === '' ? '' : replacement}`
}

const replacing =
  (which: 'replaceAll' | 'replaceFirst'): Method =>
  (self, args, run) => {
    const pattern = textAt(args, 0)
    const replacement = textAt(args, 1)
    if (pattern === undefined || replacement === undefined) return undefined
    run.budget.spend(self.length >>> 5)
    return made(
      withRegex(pattern, run, (regex, budget) => regex[which](self, replacement, budget)),
      run,
    )
  }

const split: Method = (self, args, run) => {
  const pattern = textAt(args, 0)
  const limit = args.length > 1 ? intAt(args, 1) : 0
  if (pattern === undefined || limit === undefined) return undefined
  run.budget.spend(self.length >>> 5)
  const pieces = withRegex(pattern, run, (regex, budget) => regex.split(self, limit, budget))
  run.budget.spend(pieces.length)
  return new VtlList([...pieces], '[Ljava.lang.String;')
}

const repeat: Method = (self, args, run) => {
  const count = intAt(args, 0)
  if (count === undefined) return undefined
  if (count < 0) {
    return javaException('java.lang.IllegalArgumentException', `count is negative: ${count}`)
  }
  run.budget.spendText(self.length * count)
  return self.repeat(count)
}

/** String.join: of a list, or of the texts that follow. */
const join: Method = (_self, [separator, ...parts], run) => {
  const [first] = parts
  if (typeof separator !== 'string' || first === undefined) return undefined
  const items = first instanceof VtlList && parts.length === 1 ? first.items : parts
  run.budget.spend(items.length)
  const texts = items.map((item) =>
    typeof item === 'string' || item === null
      ? run.text(item)
      : javaException('java.lang.ClassCastException', 'join takes texts'),
  )
  const length = texts.reduce((sum, text) => sum + text.length + separator.length, 0)
  run.budget.spendText(length)
  return texts.join(separator)
}

/** String.format, and formatted(), whose format is the text itself. */
const format: Method = (_self, [pattern, ...args], run) =>
  typeof pattern === 'string' ? made(formatText(pattern, args, run), run) : undefined

const valueOf: Method = (_self, args, run) => {
  const [value] = args
  if (value === undefined || args.length > 1) return undefined
  return run.text(value)
}

const chars: Method = ofNothing((self, run) => {
  run.budget.spend(self.length)
  return new VtlList(self.split(''), '[C')
})

const bytes: Method = (self, _args, run) => {
  run.budget.spend(self.length)
  return new VtlList(
    [...Buffer.from(self).values()].map((byte) => (byte << 24) >> 24),
    '[B',
  )
}

const regionMatches: Method = (self, args) => {
  const ignoreCase = typeof args[0] === 'boolean' && args[0]
  const rest = typeof args[0] === 'boolean' ? args.slice(1) : args
  const [from, other, otherFrom, length] = rest
  if (typeof other !== 'string' || from === undefined || !isJavaNumber(from)) return undefined
  if (otherFrom === undefined || !isJavaNumber(otherFrom)) return undefined
  if (length === undefined || !isJavaNumber(length)) return undefined
  const mine = self.substr(toInt(from), toInt(length))
  const others = other.substr(toInt(otherFrom), toInt(length))
  return ignoreCase ? mine.toLowerCase() === others.toLowerCase() : mine === others
}

/**
 * AWS: only spaces and controls go, as in Java's trim(); strip() takes every kind of white space.
 */
const TRIM = /^[\0- ]+|[\0- ]+$/g

export const STRING_METHODS: VtlMethods<string> = new Map<string, Method>([
  ['length', (self, args) => (args.length === 0 ? self.length : undefined)],
  ['isEmpty', (self, args) => (args.length === 0 ? self.length === 0 : undefined)],
  ['isBlank', ofNothing((self) => self.trim() === '')],
  ['substring', substring],
  [
    'subSequence',
    (self, args, run) => (args.length === 2 ? substring(self, args, run) : undefined),
  ],
  ['charAt', charAt],
  [
    'codePointAt',
    (self, args) => {
      const index = intAt(args, 0)
      if (index === undefined) return undefined
      checkIndex(index, self.length, OUTSIDE)
      return self.codePointAt(index) ?? null
    },
  ],
  ['indexOf', indexOf],
  ['lastIndexOf', lastIndexOf],
  ['startsWith', startsWith],
  ['endsWith', ofText((self, text) => self.endsWith(text))],
  ['contains', ofText((self, text) => self.includes(text))],
  ['contentEquals', ofText((self, text) => self === text)],
  [
    'equalsIgnoreCase',
    ofText((self, text) => self.toUpperCase().toLowerCase() === text.toUpperCase().toLowerCase()),
  ],
  ['compareTo', ofText(compareTexts)],
  [
    'compareToIgnoreCase',
    ofText((self, text, run) => compareTexts(self.toLowerCase(), text.toLowerCase(), run)),
  ],
  ['regionMatches', regionMatches],
  ['concat', ofText((self, text, run) => made(self + text, run))],
  ['replace', replace],
  ['replaceAll', replacing('replaceAll')],
  ['replaceFirst', replacing('replaceFirst')],
  [
    'matches',
    ofText((self, pattern, run) =>
      withRegex(pattern, run, (regex, budget) => regex.matches(self, budget)),
    ),
  ],
  ['split', split],
  ['toUpperCase', ofNothing((self, run) => made(self.toUpperCase(), run))],
  ['toLowerCase', ofNothing((self, run) => made(self.toLowerCase(), run))],
  ['trim', ofNothing((self) => self.replace(TRIM, ''))],
  ['strip', ofNothing((self) => self.trim())],
  ['stripLeading', ofNothing((self) => self.trimStart())],
  ['stripTrailing', ofNothing((self) => self.trimEnd())],
  ['intern', ofNothing((self) => self)],
  ['repeat', repeat],
  ['join', join],
  ['format', format],
  ['formatted', (self, args, run) => format(self, [self, ...args], run)],
  ['valueOf', valueOf],
  ['toCharArray', chars],
  ['getBytes', bytes],
])
