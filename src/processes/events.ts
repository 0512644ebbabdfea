// What a running node tells whoever watches it: the screen, or the JSON lines.
import type { RequestRecord } from '#model/request-record.ts'
import type { MailboxMessage } from '#identity/cognito-idp/parts.ts'
import type { ApiDescription } from './describe.ts'
import type { ServiceDescription } from './describe-services.ts'
import type { BoundListener } from './further-listeners.ts'

/** Something in a template that is not honoured here. */
export interface ReportLine {
  /** `Resources.MyFunction.Properties.Tracing` */
  readonly where: string
  readonly feature: string
  /** What that means for whoever calls the API. */
  readonly effect: string
  readonly file?: string
  readonly line?: number
}

export type NodeEvent =
  | {
      readonly event: 'ready'
      readonly endpoint: string
      /** What signs as the account's root here; the secret only where everybody knows it. */
      readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey?: string }
      /** Beside the endpoint: VPC endpoints, and ports behind a load balancer. */
      readonly listeners: readonly BoundListener[]
      readonly apis: readonly ApiDescription[]
      /** Tables, queues, topics, buckets …: what stands beside the APIs. */
      readonly services: readonly ServiceDescription[]
      readonly report: readonly ReportLine[]
      readonly readyMs: number
    }
  | { readonly event: 'request'; readonly record: RequestRecord }
  /** A line that a function wrote. */
  | {
      readonly event: 'function-log'
      readonly function: string
      readonly requestId?: string
      readonly line: string
    }
  /** A message to a user of a user pool, with the code that it brings: nobody else sends it. */
  | { readonly event: 'mail'; readonly message: MailboxMessage }
  /** Something a developer should know of a function, said once. */
  | { readonly event: 'notice'; readonly function: string; readonly text: string }
  /** Changed code of a function is used from now on; `file` began it. */
  | { readonly event: 'reloaded'; readonly function: string; readonly file: string }
  | {
      readonly event: 'redeployed'
      readonly file: string
      readonly changes: readonly string[]
      readonly apis: readonly ApiDescription[]
      readonly services: readonly ServiceDescription[]
      readonly report: readonly ReportLine[]
      readonly tookMs: number
    }
  /** A change that could not be taken: what was served before is served on. */
  | { readonly event: 'redeploy-failed'; readonly file: string; readonly message: string }
  | { readonly event: 'error'; readonly message: string }

export type Tell = (event: NodeEvent) => void
