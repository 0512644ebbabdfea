// A Lambda function as it is stored and shipped to the functions process. Member names are Lambda's own.
// https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html

/** Where a function's code lies on this machine. */
export type FunctionCode =
  /** A folder used in place: what a developer edits is what runs (and is watched). */
  | { readonly kind: 'directory'; readonly path: string }
  /** A zip archive, unpacked into the data directory on first use. */
  | { readonly kind: 'zip'; readonly path: string }
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
  readonly ReservedConcurrentExecutions?: number
  /** Names of aliases and published versions; without any, only `$LATEST` is there. All run the code as it lies. */
  readonly qualifiers?: readonly string[]
  readonly tags?: Readonly<Record<string, string>>
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
