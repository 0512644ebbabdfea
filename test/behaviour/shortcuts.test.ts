import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { EXAMPLES } from '../support/gateway.ts'
import { openTerminal, type Terminal } from '../support/terminal.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const LINE = /h help · r redeploy · t time travel · l last trace · q quit\r\n/
const AS_IT_WAS = { echo: true, lines: true }

describe('the keys of daemun start', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-keys-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const command = (name: string, ...more: readonly string[]): string[] => [
    ...[process.execPath, '--conditions=source', '--', MAIN, 'start', join(EXAMPLES, 'rest-mock')],
    ...['--port', '0', '--no-watch', '--data-dir', join(folder, name), ...more],
  ]
  const opened = async (
    context: { after(step: () => void): void },
    words: readonly string[],
  ): Promise<{ terminal: Terminal; url: string }> => {
    const terminal = openTerminal(words)
    context.after(terminal.kill)
    const screen = await terminal.shows(LINE)
    const url = /http:\/\/\S+_user_request_\//.exec(screen)?.[0] ?? ''
    return { terminal, url }
  }

  it('help, deploy again, set the clock and show the last trace; and the terminal is as it was', async (t) => {
    const { terminal, url } = await opened(t, command('all'))
    terminal.press('h')
    assert.match(await terminal.shows(/q {2}quit.*\r\n/), /r {2}deploy the template again/)
    terminal.press('l')
    await terminal.shows(/there was no request yet/)
    assert.equal((await fetch(`${url}status`)).status, 200)
    await terminal.shows(/GET\s+\S*\/status/)
    terminal.press('l')
    await terminal.shows(/asked\s+GET \S*\/status[\s\S]*integration response/)
    terminal.press('r')
    await terminal.shows(/redeployed\S* .*: nothing changed/)
    terminal.press('t')
    await terminal.shows(/clock to\?.*\) $/)
    // What happens meanwhile goes above the question, which stays with what was typed to it.
    terminal.press('205x\u007f')
    assert.equal((await fetch(`${url}status`)).status, 200)
    await terminal.shows(/GET\s+\S*\/status[^\n]*\r\n\s+clock to\?.*\) 205/)
    terminal.press('0-01-02T03:04:05Z\r')
    await terminal.shows(/clock {3}2050-01-02T03:04:0\S+ \(running\)/)
    terminal.press('tnever\r')
    await terminal.shows(/never is no time/)
    terminal.press('t\u001b\u001b[A')
    terminal.press('q')
    assert.deepEqual(await terminal.end(), { status: 0, ...AS_IT_WAS })
  })

  it('leave the terminal as it was where it is ended by Ctrl-C', async (t) => {
    const { terminal } = await opened(t, command('interrupted'))
    terminal.press('\u0003')
    assert.deepEqual(await terminal.end(), { status: 0, ...AS_IT_WAS })
  })

  it('let the shell have its terminal while it is stopped, and work again in front', async (t) => {
    const script = '"$@"; stty -a; echo stopped; fg; echo "ended $?"'
    const { terminal } = await opened(t, ['sh', '-m', '-c', script, 'sh', ...command('stopped')])
    terminal.press('\u001a')
    assert.match(await terminal.shows(/stopped\r\n/), / icanon [\s\S]* echo /)
    // The shell names the job that it takes up again.
    await terminal.shows(/@.*\r\n/)
    terminal.press('h')
    await terminal.shows(/deploy the template again/)
    terminal.press('q')
    await terminal.shows(/ended 0/)
    assert.deepEqual(await terminal.end(), { status: 0, ...AS_IT_WAS })
  })

  it('are left to others in the background, which stops nobody', async (t) => {
    const script = '"$@" & pid=$!; read -r line; kill -TERM "$pid"; wait "$pid"; echo "ended $?"'
    const words = ['sh', '-m', '-c', script, 'sh', ...command('behind')]
    const terminal = openTerminal(words)
    t.after(terminal.kill)
    const screen = await terminal.shows(/POST \/\S*.*\r\n|GET .*\r\n/)
    assert.doesNotMatch(screen, LINE)
    terminal.press('\r')
    assert.doesNotMatch(await terminal.shows(/ended 0/), LINE)
  })

  it('are neither told nor listened to in a pipe', async () => {
    const [program = '', ...args] = command('piped')
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    let shown = ''
    const ready = Promise.withResolvers<void>()
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text
      if (/_user_request_\/\n/.test(shown)) ready.resolve()
    })
    const ended = once(child, 'exit')
    await ready.promise
    child.stdin.end('q')
    const [, url = ''] = /(http:\/\/\S+_user_request_\/)/.exec(shown) ?? []
    assert.equal((await fetch(`${url}status`)).status, 200)
    child.kill('SIGTERM')
    await ended
    assert.ok(!shown.includes('h help') && !shown.includes('\u001b'), shown)
  })
})
