// TestInvokeMethod and TestInvokeAuthorizer as the control plane asks for them and the data plane answers: one request to
// a draft that nobody has deployed. https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeMethod.html
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

/** TestInvokeAuthorizer: https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeAuthorizer.html */
export interface AuthorizerTest
  extends Pick<
    MethodTest,
    'document' | 'pathWithQueryString' | 'headers' | 'body' | 'stageVariables'
  > {
  readonly authorizerId: string
}

export interface AuthorizerTestResult {
  /** What a client would have been answered; 0 where the authorizer had no objection to the caller. */
  readonly clientStatus: number
  readonly latencyMs: number
  readonly log: string
  readonly principalId?: string
  /** The policy that a function gave, as JSON text: it is shown, and not held against any method. */
  readonly policy?: string
  /** Of a user pool's token. */
  readonly claims?: Readonly<Record<string, string>>
}

/** Where the data plane is. Neither rejects for what an API does: a rejection is a bug. */
export interface DraftTests {
  method(test: MethodTest): Promise<MethodTestResult>
  authorizer(test: AuthorizerTest): Promise<AuthorizerTestResult>
}
