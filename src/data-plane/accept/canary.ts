// Which release of a stage a request is for: drawn anew for each, with nothing of the request in it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html
import type { Random } from '#shared/random.ts'
import type { RestStagePlan } from '../plan.ts'

export const drawRelease = (stage: RestStagePlan, random: Random): RestStagePlan => {
  const { canary } = stage
  if (canary === undefined) return stage
  return drawPercent(random) < canary.percentTraffic ? canary.plan : stage
}

/** Uniform in [0, 100): at 100 every request is the canary's, at 0 none. */
const drawPercent = (random: Random): number => {
  const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4)
  return (((a * 256 + b) * 256 + c) * 256 + d) * (100 / 2 ** 32)
}
