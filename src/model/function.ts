// A Lambda function as it is stored and shipped to the functions process. Member names are Lambda's own.
// https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html

/** Where a function's code lies on this machine. */
export type FunctionCode =
  /** A folder used in place: what a developer edits is what runs (and is watched). */
  | { readonly kind: 'directory'; readonly path: string }
  /** A zip archive, unpacked into the data directory on first use. */
  | { readonly kind: 'zip'; readonly path: string }
  /** A zip archive that was uploaded: the data directory keeps it under its SHA-256, in hexadecimal digits. */
  | { readonly kind: 'archive'; readonly sha256: string }
  /** `Code.ZipFile` and `InlineCode`: one file named `index.{js,mjs,py}` after the runtime. */
  | { readonly kind: 'inline'; readonly text: string }

export interface FunctionDocument {
  readonly FunctionName: string
  /** Without qualifier: `arn:aws:lambda:{region}:{accountId}:function:{name}`. */
  readonly FunctionArn: string
  /** For instance `nodejs22.x`, `python3.13`, `provided.al2023`. */
  readonly Runtime: string
  readonly Handler: string
  readonly code: FunctionCode
  /** Seconds. */
  readonly Timeout: number
  /** Megabytes. */
  readonly MemorySize: number
  readonly Environment: Readonly<Record<string, string>>
  readonly LastModified: number
  /** Layers' unpacked folders or zip files, in merge order. */
  readonly layers: readonly FunctionCode[]
  readonly Role?: string
  readonly Description?: string
  readonly Architectures?: readonly string[]
  /** How an esbuild section of the template wants a TypeScript handler bundled. */
  readonly build?: FunctionBuild
  /** A published version's number. Absent: `$LATEST`. */
  readonly Version?: string
  /** ARN of the queue or topic for events that could not be processed. */
  readonly deadLetterArn?: string
  /** Where the function came from, for messages: `template.yaml: HelloFunction`. */
  readonly origin?: string
}

/** SAM's `Metadata.BuildMethod: esbuild` with its `BuildProperties`. */
export interface FunctionBuild {
  readonly method: 'esbuild'
  readonly entryPoints: readonly string[]
  readonly external: readonly string[]
  readonly format?: 'cjs' | 'esm'
  readonly target?: string
  readonly minify?: boolean
  readonly sourcemap?: boolean
}

/** Where invocations of a function go, and how many: what changes without its code and configuration. */
export interface FunctionRouting {
  /** By name. */
  readonly aliases: Readonly<Record<string, AliasRoute>>
  /** Invocations at once, all versions together. */
  readonly reservedConcurrency?: number
  /** By version or alias; `$LATEST` without one. */
  readonly asynchronous: Readonly<Record<string, AsynchronousSettings>>
}

export interface AliasRoute {
  readonly FunctionVersion: string
  /** The part of the invocations, from 0 to 1, that another version takes. */
  readonly AdditionalVersionWeights?: Readonly<Record<string, number>>
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html */
export interface AsynchronousSettings {
  readonly MaximumRetryAttempts?: number
  readonly MaximumEventAgeInSeconds?: number
  /** ARNs of destinations. */
  readonly onSuccess?: string
  readonly onFailure?: string
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html */
export interface FunctionUrlCors {
  readonly AllowCredentials?: boolean
  readonly AllowHeaders?: readonly string[]
  readonly AllowMethods?: readonly string[]
  readonly AllowOrigins?: readonly string[]
  readonly ExposeHeaders?: readonly string[]
  readonly MaxAge?: number
}
