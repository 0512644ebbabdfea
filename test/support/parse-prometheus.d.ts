// The package has no types of its own.
declare module 'parse-prometheus-text-format' {
  export interface Family {
    readonly name: string
    readonly help: string
    /** `COUNTER`, `HISTOGRAM`, … */
    readonly type: string
    readonly metrics: readonly {
      readonly value?: string
      readonly labels?: Readonly<Record<string, string>>
      readonly buckets?: Readonly<Record<string, string>>
      readonly count?: string
      readonly sum?: string
    }[]
  }
  const parse: (text: string) => readonly Family[]
  export default parse
}
