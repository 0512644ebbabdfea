// One measurement: wrk against a server for a moment, with the server's CPU time around it; and the latency of one
// request after the other on one connection.
import { spawnSync } from 'node:child_process'
import { Agent, request } from 'node:http'
import { cpuSeconds, LOAD_CORE, type Server } from './servers.ts'

export interface Sample {
  /** Requests per second. */
  readonly throughput: number
  /** Microseconds of the server's user and system time per request. */
  readonly cpuPerRequestUs: number
}

/** Closed loop, 64 connections. Throws where any answer is not 2xx. `script` makes wrk's requests. */
export const measure = (server: Server, path: string, seconds: number, script?: string): Sample => {
  const before = cpuSeconds(server.pids)
  const load = ['-c', LOAD_CORE, 'wrk', '-t1', '-c64', `-d${seconds}s`]
  if (script !== undefined) load.push('-s', script)
  const { stdout, status } = spawnSync('taskset', [...load, server.url + path], {
    encoding: 'utf8',
  })
  const cpu = cpuSeconds(server.pids) - before
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1])
  const throughput = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1])
  if (status !== 0 || !(requests > 0)) throw new Error(`wrk failed: ${stdout}`)
  if (/Non-2xx/.test(stdout))
    throw new Error(`answers other than 2xx from ${server.url}: ${stdout}`)
  return { throughput, cpuPerRequestUs: (cpu * 1e6) / requests }
}

/** Milliseconds of each of `count` requests, one after the other on one kept connection. */
export const latencies = async (url: string, count: number): Promise<readonly number[]> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const taken: number[] = []
  for (let index = 0; index < count; index++) {
    const startMs = performance.now()
    await new Promise<void>((resolve, reject) => {
      const sent = request(url, { agent }, (response) => {
        response.resume().on('end', () => resolve())
      })
      sent.on('error', reject).end()
    })
    taken.push(performance.now() - startMs)
  }
  agent.destroy()
  return taken
}
