// Names that lead somewhere by the settings: what APIs ask for and only a setting can give is not reported missing.
import { SENT_TRACES } from '#data-plane/compiling.ts'
import type { Settings } from '../settings.ts'

export const reachedNames = ({
  upstreams,
  xrayDaemon,
  otlpEndpoint,
}: Pick<Settings, 'upstreams' | 'xrayDaemon' | 'otlpEndpoint'>): readonly string[] => [
  ...Object.keys(upstreams),
  ...(xrayDaemon !== undefined || otlpEndpoint !== undefined ? [SENT_TRACES] : []),
]
