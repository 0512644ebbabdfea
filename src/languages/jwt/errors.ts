// Why a token is none. Reasons are of a fixed list; none of them repeats anything of the token.

export type TokenProblem =
  | 'too-large'
  | 'segments'
  | 'encoding'
  | 'header'
  | 'algorithm'
  | 'critical'
  | 'key'
  | 'signature'
  | 'claims'
  | 'expired'
  | 'not-yet-valid'
  | 'issued-later'
  | 'issuer'
  | 'audience'

export class TokenError extends Error {
  override readonly name = 'TokenError'
  readonly problem: TokenProblem

  constructor(problem: TokenProblem, message: string) {
    super(message)
    this.problem = problem
  }
}
