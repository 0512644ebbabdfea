// Requests to drafts (TestInvokeMethod, TestInvokeAuthorizer) where the host has no data plane beside it: one of its own, without a listener, made when a method is
// first tested. It follows the host's directory and reaches the functions as a worker does.
import type { DraftTests } from '#model/draft-tests.ts'
import type { Settings } from '../settings.ts'
import type { Host } from './host.ts'
import { testsOf } from './tests-of.ts'

export interface OpenDraftTests extends DraftTests {
  close(): Promise<void>
}

export const openDraftTests = (options: {
  readonly settings: Settings
  readonly invokePath: string
  /** Asked for once it is open. */
  readonly host: () => Pick<Host, 'source' | 'credentials' | 'clock'>
  readonly homeEndpoint: () => string | undefined
  readonly onError: (error: unknown) => void
}): OpenDraftTests => {
  const closing: (() => Promise<void>)[] = []
  const compose = async () => {
    // A host that tests nothing does without these two, and what they need.
    const { composeDataPlane } = await import('./data-plane.ts')
    const { createInvokeClient } = await import('#lambda/invoke-client.ts')
    const { source, credentials, clock } = options.host()
    const invoke = createInvokeClient({ socketPath: options.invokePath })
    const plane = composeDataPlane({
      settings: options.settings,
      clock,
      // A test is no client's request: it draws on no limit.
      limits: { take: () => true, refund: () => undefined },
      invokeFunction: invoke.invokeFunction,
      invokeFunctionStream: invoke.invokeFunctionStream,
      resolveCredentials: credentials.resolve,
      mint: credentials.mint,
      onError: options.onError,
      isReady: () => true,
      homeEndpoint: options.homeEndpoint,
    })
    closing.push(plane.close, invoke.close)
    return { plane, follower: plane.follow(source) }
  }
  let composed: ReturnType<typeof compose> | undefined
  return {
    ...testsOf(async () => {
      const { plane, follower } = await (composed ??= compose())
      await follower.pull()
      return plane.tests
    }),
    close: async () => {
      await composed
      for (const close of closing) await close()
    },
  }
}
