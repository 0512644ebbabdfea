// What an event of a WebSocket tells beside its request: which connection, which event.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html

export type SocketEventType = 'CONNECT' | 'MESSAGE' | 'DISCONNECT'

export interface SocketFacts {
  readonly connectionId: string
  /** Milliseconds since the epoch. */
  readonly connectedAtMs: number
  readonly eventType: SocketEventType
  readonly routeKey: string
  /** Of a message alone. */
  readonly messageId?: string
  /** Of the end alone. */
  readonly disconnectStatusCode?: number
  readonly disconnectReason?: string
  /** Connections of this API that this process holds after a handshake or an end; for the record. */
  readonly openConnections?: number
}
