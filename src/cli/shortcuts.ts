// The keys of `daemun start` on a terminal: one key does one thing, `t` asks for a time first. What is printed meanwhile
// goes above the question. Which terminal the keys come from is terminal-keys.ts's.
import { styleText } from 'node:util'
import { printable } from '#observability/request-line.ts'

export interface ShortcutActions {
  /** Each gives what is to be said, or nothing where its own events say it. */
  readonly redeploy: () => Promise<string | undefined>
  readonly travel: (to: string) => Promise<string>
  readonly lastTrace: () => string
  readonly quit: () => void
}

export interface Shortcuts {
  /** What was typed, as the terminal gives it: one key, or several at once. */
  type(text: string): void
  /** Writes lines that come from elsewhere. */
  print(lines: string): void
}

/** Shown below the routes. */
export const SHORTCUTS_LINE = '  h help · r redeploy · t time travel · l last trace · q quit'

const HELP = [
  '  h  this help',
  '  r  deploy the template again',
  '  t  set the clock: quotas, limits, TTLs and the expiry of tokens go by it',
  '  l  the steps of the last request, as `daemun trace` shows them',
  '  q  quit (Ctrl-C, too)',
  '',
].join('\n')

const QUESTION = `  clock to? (+1d, 90m, 2026-12-01T00:00:00Z, real) `
/** Longer than any time that is one. */
const ANSWER_MAX = 64
const CLEAR_LINE = '\r\u001b[K'

export const createShortcuts = (
  actions: ShortcutActions,
  write: (text: string) => void,
): Shortcuts => {
  /** What is typed to the question so far; undefined where nothing is asked. */
  let answer: string | undefined
  const print = (lines: string): void => {
    if (answer === undefined) write(lines)
    else write(`${CLEAR_LINE}${lines}${QUESTION}${answer}`)
  }
  const say = (text: string | undefined): void => {
    if (text !== undefined) print(`${text}\n`)
  }
  const saying = (done: Promise<string | undefined>): void => {
    done.then(say, (error: unknown) =>
      say(`  ${styleText('red', 'error')}   ${printable(String(error))}`),
    )
  }
  const once: Readonly<Record<string, () => void>> = {
    h: () => write(`${HELP}`),
    r: () => saying(actions.redeploy()),
    t: () => {
      answer = ''
      write(QUESTION)
    },
    l: () => say(actions.lastTrace().trimEnd()),
    q: actions.quit,
    [CTRL_C]: actions.quit,
    '\r': () => write('\n'),
  }
  const typeAnswer = (key: string, so: string): void => {
    if (key === '\r' || key === '\n') {
      answer = undefined
      write('\n')
      if (so.trim() !== '') saying(actions.travel(so.trim()))
    } else if (key === ESCAPE || key === CTRL_C) {
      answer = undefined
      write(CLEAR_LINE)
    } else if (key === DELETE || key === BACKSPACE) {
      answer = so.slice(0, -1)
      write(`${CLEAR_LINE}${QUESTION}${answer}`)
    } else if (/^[\x20-\x7e]$/.test(key) && so.length < ANSWER_MAX) {
      answer = so + key
      write(key)
    }
  }
  return {
    type: (text) => {
      // Arrows and the like are sequences that begin with an escape, and mean nothing here.
      for (const key of text.length > 1 && text.startsWith(ESCAPE) ? [] : text) {
        if (answer !== undefined) typeAnswer(key, answer)
        else if (Object.hasOwn(once, key)) once[key]?.()
      }
    },
    print,
  }
}

const CTRL_C = '\u0003'
const ESCAPE = '\u001b'
const DELETE = '\u007f'
const BACKSPACE = '\b'
