// Whose things these are: every stored resource belongs to one account in one region.

export interface Scope {
  /** Twelve digits. */
  readonly accountId: string
  /** For instance `us-east-1`. */
  readonly region: string
}

/** Things that belong to nobody in particular, such as deployment documents, which are named by their hash. */
export const GLOBAL_SCOPE: Scope = { accountId: '', region: '' }

/** The only partition that exists here. */
export const PARTITION = 'aws'
export const URL_SUFFIX = 'amazonaws.com'
