// A command on a terminal of its own, for tests of what only a terminal has.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

export interface Terminal {
  press(keys: string): void
  /** What was shown since the last of these, up to and with the first that matches. Fails where the command ends before. */
  shows(pattern: RegExp): Promise<string>
  /** The end of the command, and how it left the terminal. */
  end(): Promise<{ readonly status: number; readonly echo: boolean; readonly lines: boolean }>
  kill(): void
}

/** So that a failure says what was shown instead. */
const WAIT_MS = 50_000

export const openTerminal = (command: readonly string[]): Terminal => {
  const child = spawn('python3', [join(import.meta.dirname, 'terminal.py'), ...command], {
    stdio: 'pipe',
  })
  const ended = once(child, 'close')
  let raw = ''
  let seen = 0
  let told = ''
  let look = (): void => undefined
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    raw += text
    look()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text
  })
  const unseen = (): string => stripVTControlCharacters(raw).slice(seen)
  const found = (pattern: RegExp): string | undefined => {
    const match = pattern.exec(unseen())
    if (match === null) return undefined
    const text = unseen().slice(0, match.index + match[0].length)
    seen += text.length
    return text
  }
  return {
    press: (keys) => void child.stdin.write(keys),
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        const fail = (): void => reject(new Error(`no ${pattern} in:\n${unseen()}\n${told}`))
        const timer = setTimeout(fail, WAIT_MS)
        look = () => {
          const text = found(pattern)
          if (text === undefined) return
          clearTimeout(timer)
          look = () => undefined
          resolve(text)
        }
        look()
        void ended.then(fail)
      }),
    end: async () => {
      await ended
      const last = told.trimEnd().split('\n').at(-1) ?? ''
      assert.match(last, /^\{/, told)
      return JSON.parse(last)
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
