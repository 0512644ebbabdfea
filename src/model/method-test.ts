// TestInvokeMethod as the control plane asks for it and the data plane answers: one request to a draft that nobody has
// deployed. https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeMethod.html
import type { RestDocument } from './documents.ts'

export interface MethodTest {
  /** The draft as it stands, frozen for this one request. */
  readonly document: RestDocument
  readonly resourceId: string
  /** The method of the resource, `ANY` where it is that one that takes `verb`. */
  readonly httpMethod: string
  /** The request's own method. */
  readonly verb: string
  /** Below the stage, percent-encoded, with its query; absent where the caller named none. */
  readonly pathWithQueryString?: string
  /** Flat list `[name, value, …]`. */
  readonly headers: readonly string[]
  readonly body: string
  readonly stageVariables: Readonly<Record<string, string>>
  readonly clientCertificateId?: string
}

export interface MethodTestResult {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: string
  readonly latencyMs: number
  /** AWS's execution log of the request. */
  readonly log: string
}

/** Runs a test where the data plane is. Never throws for what the API does; a rejection is a bug. */
export type TestMethod = (test: MethodTest) => Promise<MethodTestResult>
