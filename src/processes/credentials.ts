// Who signs with which key, joined: the key file of the data directory, what is sealed with it, and the development
// pair. Every process of a node opens its own, and all come to the same answers.
import type { CredentialMint } from '#identity/temporary-credentials.ts'
import { openKeyFile } from '#identity/key-file.ts'
import { createResolveCredentials } from '#identity/resolve-credentials.ts'
import { createSealing } from '#identity/sealing.ts'
import type { ResolveCredentials } from '#model/ports.ts'
import { systemRandom } from '#shared/random.ts'
import type { Settings } from '../settings.ts'
import { developmentCredentials } from './development-credentials.ts'

export interface Credentials {
  /** What new credentials are made with. */
  readonly mint: CredentialMint
  readonly resolve: ResolveCredentials
}

/** The data directory must be there. Throws `KeyFileError`. */
export const openCredentials = (
  settings: Pick<Settings, 'command' | 'dataDir' | 'accountId'>,
): Credentials => {
  const sealing = createSealing(openKeyFile(settings.dataDir, systemRandom), systemRandom)
  const { accountId } = settings
  return {
    mint: { sealing, random: systemRandom },
    resolve: createResolveCredentials({
      sealing,
      accountId,
      // A pair that everybody knows opens nothing in production.
      ...(settings.command === 'start' && { development: developmentCredentials(process.env) }),
    }),
  }
}
