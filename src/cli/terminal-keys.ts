// Keys of a terminal as they are pressed. The terminal is as it was while the process is stopped (Ctrl-Z), and
// at its end: there Node itself puts it back.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { ReadStream } from 'node:tty'

const CTRL_Z = '\u001a'

/** False, and nothing done, where nobody can press a key: a pipe, a file, or a job in the background. */
export const listenForKeys = (input: ReadStream, onKeys: (text: string) => void): boolean => {
  if (!input.isTTY || !isInFront()) return false
  const begin = (): void => {
    // Who sets a terminal from the background is stopped by it.
    if (!isInFront()) return
    input.setRawMode(true)
    input.resume()
  }
  const end = (): void => {
    input.pause()
    input.setRawMode(false)
  }
  input.setEncoding('utf8')
  input.on('data', (text: string) => {
    if (text !== CTRL_Z) {
      onKeys(text)
      return
    }
    end()
    // All of the job: the launcher, too, is what the shell waits for.
    process.kill(0, 'SIGTSTP')
  })
  process.on('SIGCONT', begin)
  begin()
  return true
}

/** Whether this process is of the job that the terminal listens to. */
const isInFront = (): boolean => {
  if (process.platform === 'win32') return true
  if (!existsSync(STAT)) {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(process.pid)], {
      encoding: 'utf8',
    })
    return stdout?.includes('+') === true
  }
  // After the command's name in parentheses: state, parent, group, session, terminal, the group in front. [proc(5)]
  const text = readFileSync(STAT, 'utf8')
  const [, , group, , , front] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return group === front
}

const STAT = '/proc/self/stat'
