// The screen of `daemun start`, and on a terminal its keys.
import type { Tell } from '#processes/events.ts'
import { createScreen } from './screen.ts'
import { createShortcuts, type ShortcutActions, SHORTCUTS_LINE } from './shortcuts.ts'
import { listenForKeys } from './terminal-keys.ts'

export interface TerminalScreen {
  readonly tell: Tell
  /** From now on keys do something, where there is somebody to press them. */
  listen(actions: ShortcutActions): void
}

export const createTerminalScreen = (): TerminalScreen => {
  const formatEvent = createScreen()
  const write = (text: string): void => void process.stdout.write(text)
  let print = write
  return {
    tell: (event) => {
      const text = formatEvent(event)
      if (text !== undefined) print(text)
    },
    listen: (actions) => {
      if (!process.stdout.isTTY) return
      const shortcuts = createShortcuts(actions, write)
      if (!listenForKeys(process.stdin, shortcuts.type)) return
      print = shortcuts.print
      write(`${SHORTCUTS_LINE}\n\n`)
    },
  }
}
