// A service of the wire layer on a real socket, for real SDK clients: what processes/ does, in a few lines.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Call } from '#model/call.ts'
import { derivedIds } from '#shared/ids.ts'
import type { WireOperations } from '#wire/operation.ts'
import { createServiceServer, type ServiceServer } from '#wire/server.ts'
import { loadServiceTable, type TableName } from '#wire/table.ts'

export interface Served {
  readonly endpoint: string
  /** What the operations were given, in order. */
  readonly inputs: unknown[]
  readonly bugs: unknown[]
  close(): Promise<void>
}

export type Answers = Readonly<Record<string, (input: never) => unknown>>

export const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }

/** A server whose operations note their input and answer what the function gives. */
export const serverOf = async (
  name: TableName,
  answers: Answers,
): Promise<{ server: ServiceServer; inputs: unknown[]; bugs: unknown[] }> => {
  const inputs: unknown[] = []
  const bugs: unknown[] = []
  const operations: WireOperations<Call> = Object.fromEntries(
    Object.entries(answers).map(([operation, answer]) => [
      operation,
      async (input: never) => {
        inputs.push(input)
        return answer(input)
      },
    ]),
  )
  const server = createServiceServer({
    table: await loadServiceTable(name),
    operations,
    makeCall: () => ({
      requestId: 'b1946ac9-2f2f-4b3f-9a3c-111111111111',
      nowMs: 1_700_000_000_000,
      ids: derivedIds('test'),
      accountId: '111111111111',
      region: 'us-east-1',
    }),
    onBug: (error) => bugs.push(error),
  })
  return { server, inputs, bugs }
}

export const serve = async (name: TableName, answers: Answers): Promise<Served> => {
  const { server, inputs, bugs } = await serverOf(name, answers)
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const answer = await server({
      method: request.method ?? '',
      target: request.url ?? '',
      headers: request.rawHeaders,
      host: request.headers.host ?? '',
      body: Buffer.concat(chunks),
      remoteAddress: request.socket.remoteAddress ?? '',
    })
    response.writeHead(answer.statusCode, [...answer.headers])
    if (answer.body === undefined || typeof answer.body === 'string') response.end(answer.body)
    else if (answer.body instanceof Uint8Array) response.end(answer.body)
    else {
      for await (const chunk of answer.body) response.write(chunk)
      response.end()
    }
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  // A TCP server's address is never a string.
  const { port } = http.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    inputs,
    bugs,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
}
