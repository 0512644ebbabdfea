// Sampling rules: of how many requests a trace is made. AWS's default is the first request of each second and five
// percent of the others. https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
import type { Clock } from '#shared/clock.ts'
import type { SampleRequest } from '#model/ports.ts'

export interface SamplingRule {
  /** `GET`; undefined for all. */
  readonly httpMethod?: string
  /** Below the stage, with `*` and `?`; undefined for all. */
  readonly path?: string
  /** So many requests of each second at least: the reservoir. */
  readonly perSecond: number
  /** Of the others, 0 to 1. */
  readonly rate: number
}

export const DEFAULT_RULE: SamplingRule = { perSecond: 1, rate: 0.05 }

/**
 * The first rule that fits decides. `share` is this process's part of each reservoir: with several workers all
 * together sample what a rule says.
 */
export const createSampling = (options: {
  readonly rules: readonly SamplingRule[]
  readonly share: number
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** 0 to 1. */
  readonly random: () => number
}): SampleRequest => {
  const { share, clock, random } = options
  const rules = [...options.rules, DEFAULT_RULE].map((rule) => ({
    ...rule,
    fitsPath: rule.path === undefined ? undefined : compileGlob(rule.path),
    takes: createReservoir(rule.perSecond * share, clock),
  }))
  return ({ httpMethod, path }) => {
    const rule = rules.find(
      (each) =>
        (each.httpMethod === undefined || each.httpMethod === httpMethod) &&
        (each.fitsPath === undefined || each.fitsPath(path)),
    )
    return rule !== undefined && (rule.takes() || (rule.rate > 0 && random() < rule.rate))
  }
}

/** At least a whole request is kept, or a share of one would never come to it. */
const createReservoir = (perSecond: number, clock: Pick<Clock, 'monotonicMs'>): (() => boolean) => {
  if (perSecond <= 0) return () => false
  const kept = Math.max(1, perSecond)
  let tokens = kept
  let filledMs = clock.monotonicMs()
  return () => {
    const nowMs = clock.monotonicMs()
    tokens = Math.min(kept, tokens + ((nowMs - filledMs) / 1_000) * perSecond)
    filledMs = nowMs
    if (tokens < 1) return false
    tokens--
    return true
  }
}

const compileGlob = (glob: string): ((text: string) => boolean) => {
  const pattern = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.')
  const regex = new RegExp(`^${pattern}$`, 's')
  return (text) => regex.test(text)
}
