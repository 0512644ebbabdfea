// A disk so small that it can be filled: a tmpfs in a mount namespace of the gateway's own, which needs no root where
// the kernel lets users have namespaces (Debian 12 does).
import { spawnSync } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

const MOUNT = 'mount -t tmpfs -o size="$1" daemun "$2" && shift 2 && exec "$@"'

/** The command before a gateway's, so that `folder` is a disk of its own. */
export const onSmallDisk = (folder: string, bytes: number): readonly string[] => [
  'unshare',
  '-rm',
  'sh',
  '-c',
  MOUNT,
  'sh',
  String(bytes),
  folder,
]

/** Why there can be no small disk on this machine; undefined where there can be. */
export const noSmallDisk = (folder: string): string | undefined => {
  const [command = '', ...args] = [...onSmallDisk(folder, 65_536), 'true']
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status === 0) return undefined
  return `no user namespace with a tmpfs here: ${error?.message ?? stderr.trim()}`
}

/** The disk as the process sees it, from outside. */
export const diskOf = (pid: number, folder: string) => {
  const path = join(`/proc/${pid}/root`, folder)
  const ballast = join(path, 'ballast')
  return {
    path,
    /** Takes the last byte that is free. */
    fill: async (): Promise<void> => {
      const handle = await open(ballast, 'a')
      try {
        for (let size = 65_536; size >= 1; ) {
          const written = await handle.write(Buffer.alloc(size)).catch(onlyFull)
          if (written === undefined) size = Math.floor(size / 2)
        }
      } finally {
        await handle.close()
      }
    },
    free: (): Promise<void> => rm(ballast),
  }
}

const onlyFull = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOSPC') throw error
}
