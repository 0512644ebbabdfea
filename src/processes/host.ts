// The host, joined: the data directory with its store, the management APIs on it, template deployments, and the last
// good documents on disk.
import { join } from 'node:path'
import type { Deployed } from '#deploy/deploy-template.ts'
import type { CustomResourcePorts } from '#deploy/cloudformation/custom-resources/ask.ts'
import type { FoundTemplate } from '#deploy/find-template.ts'
import { openCodeStore } from '#lambda/code-store.ts'
import type { DraftTests } from '#model/draft-tests.ts'
import type { AdjustableClock } from '#shared/adjustable-clock.ts'
import type { LimitHolder } from '#state/limit-holder.ts'
import { systemClock } from '#shared/clock.ts'
import { systemRandom } from '#shared/random.ts'
import { type DataDirectoryLock, lockDataDirectory } from '#store/lock.ts'
import { directory } from '#store/collections.ts'
import { openSqliteStore } from '#store/sqlite.ts'
import { undoUnfinished } from '#store/undo-log.ts'
import { type DirectorySource, follow, keepPulling, storeSource } from '#snapshot/distribute.ts'
import { openLastGood } from '#snapshot/last-good.ts'
import type { Settings } from '../settings.ts'
import { createIssueCredentials } from '#identity/issue-credentials.ts'
import type { MailboxMessage } from '#identity/cognito-idp/parts.ts'
import { sealingOf } from '#identity/sealing.ts'
import type { InvokeFunction, IssueCredentials } from '#model/ports.ts'
import {
  makeRootCredential,
  markRootCredentialShown,
  type ShownCredential,
} from '#identity/root-credential.ts'
import { createNodeClock } from './clock.ts'
import { type Credentials, openCredentials } from './credentials.ts'
import { keepOutOfRepositories, lostKey } from './data-directory.ts'
import {
  describeServices,
  type ServiceDescription,
  type ServiceOrigins,
} from './describe-services.ts'
import { type AddDraftHint, createDraftHints } from './draft-hints.ts'
import { openLimitHolder } from './limits.ts'
import { createManagementGate, type ManagementGate } from './management-gate.ts'
import { openTelemetry, type Telemetry } from './telemetry.ts'
import { openTokenKeys } from './token-keys.ts'
import { createManagement, type Management } from './management.ts'
import { type HostedPages, openHostedPages } from './hosted-pages.ts'
import { changeFeed } from '#services/dynamodb/change-feed.ts'
import { sealCertificates } from './seal-certificates.ts'
import { openServices } from './services.ts'
import { type Messaging, openMessaging } from './messaging.ts'
import { openUserPools, type UserPools } from './user-pools.ts'
import { reachedNames } from './reached-names.ts'

export interface Host {
  readonly credentials: Credentials
  readonly gate: ManagementGate
  /** The credential of the account's root, until it was shown: show it, and say so. */
  rootCredential(): Promise<ShownCredential | undefined>
  rootCredentialShown(): Promise<void>
  /** For identity pools: credentials of a role for a user whom they know. */
  readonly issueCredentials: IssueCredentials
  readonly clock: AdjustableClock
  readonly limits: LimitHolder
  readonly addDraftHint: AddDraftHint
  readonly management: Management
  readonly userPools: UserPools
  readonly telemetry: Telemetry
  readonly hostedPages: HostedPages
  readonly source: DirectorySource
  /** Calls back after each committed change of what is served. */
  watchDirectory(listener: (revision: number) => void): () => void
  /** Functions can be asked: event sources are polled from now on, and what was left is delivered. */
  startMessaging(invoke: InvokeFunction, origin: string): Promise<void>
  readonly messaging: Pick<Messaging, 'answer' | 'deliver' | 'clockSet'>
  /** Deploys a template, the whole of it or nothing. Throws what is wrong with it. */
  deploy(template: FoundTemplate, customResources: CustomResourcePorts): Promise<Deployed>
  /** What stands beside the APIs, as last committed. */
  describeServices(origins: ServiceOrigins): Promise<readonly ServiceDescription[]>
  /** Deletes everything that is stored. */
  clear(): Promise<void>
  close(): Promise<void>
}

export interface HostOptions {
  readonly settings: Settings
  /** Requests to drafts: the data plane's, which comes after the host. */
  readonly tests: DraftTests
  /** Functions as they are committed: the triggers of user pools. */
  readonly invokeFunction: InvokeFunction
  /** A message to a user of a user pool. */
  readonly onMessage: (message: MailboxMessage) => void
  readonly onError: (error: unknown) => void
}

/** Opens the data directory for this process alone. Throws `DataDirectoryError`. */
export const openHost = (options: HostOptions): Host => {
  const { settings, tests, onError } = options
  const { dataDir, accountId, region } = settings
  const lock: DataDirectoryLock = lockDataDirectory(dataDir)
  keepOutOfRepositories(dataDir)
  const lost = lostKey(dataDir)
  if (lost !== undefined) onError(lost)
  const credentials = openCredentials(settings)
  const certificateSeal = sealingOf(credentials.mint.sealing, 'client-certificate-key')
  const store = openSqliteStore(join(dataDir, 'daemun.db'), [sealCertificates(certificateSeal)])
  const source = storeSource(store)
  // A process that died in the middle of a deployment left it half done.
  const recovered = undoUnfinished(store).then(() => undefined, onError)
  const clock = createNodeClock(settings)
  const limits = openLimitHolder({ settings, clock, onError })
  const { usage } = limits
  const codeStore = openCodeStore({ dataDir, store, clock, onError })
  const tokenKeys = openTokenKeys(settings)
  const issueCredentials = createIssueCredentials({ store, mint: credentials.mint, clock })
  const gate = createManagementGate({ settings, store, credentials, clock })
  const services = openServices({
    settings,
    store,
    clock,
    events: (event) => messaging.objectEvents(event),
    onError,
  })
  const { readObject, isBucketEmpty } = services
  const lambda = { codeStore, readObject }
  const telemetry = openTelemetry({ settings, store, clock, onError })
  const messaging = openMessaging({
    settings,
    store,
    clock,
    changeFeed: changeFeed(store),
    sealing: credentials.mint.sealing,
    writeObject: services.writeObject,
    onError,
  })
  const mappings = follow({ source, apply: messaging.apply })
  const userPools = openUserPools({ ...options, store, credentials, gate, clock })
  const hostedPages = openHostedPages({
    settings,
    store,
    clock,
    pools: userPools.parts,
    findTokenKey: tokenKeys.find,
    onError,
  })
  const management = createManagement({
    store,
    gate,
    tests,
    clock,
    usage,
    certificateSeal,
    parts: {
      mint: credentials.mint,
      findTokenKey: tokenKeys.find,
      issueCredentials,
      lambda,
      userPools: userPools.parts,
      dynamodb: services.dynamodb,
      s3: services.s3,
      messaging: messaging.parts,
      logEvents: telemetry.events,
      metrics: telemetry.metrics,
    },
    onBug: onError,
  })
  const keeping = keepLastGood(source, join(dataDir, 'last-good'), onError)
  const watchDirectory: Host['watchDirectory'] = (listener) =>
    store.watch(({ revision, touches }) => {
      if (touches(directory)) listener(revision)
    })
  const stopKeeping = watchDirectory(keeping.keep)

  return {
    credentials,
    gate,
    addDraftHint: createDraftHints(store),
    clock,
    limits,
    management,
    userPools,
    telemetry,
    hostedPages,
    rootCredential: () => makeRootCredential(store, settings, credentials.mint, clock.nowMs()),
    rootCredentialShown: () => markRootCredentialShown(store, settings),
    issueCredentials,
    source,
    watchDirectory,
    messaging: {
      answer: messaging.answer,
      deliver: messaging.deliver,
      clockSet: () => {
        messaging.clockSet()
        services.wake()
      },
    },
    startMessaging: async (invoke, origin) => {
      messaging.start(invoke, origin)
      watchDirectory(keepPulling(mappings, { clock: systemClock, onError }))
      await mappings.pull()
    },
    deploy: async (template, customResources) => {
      await recovered
      // Reading templates is the largest part of the program, and an empty gateway needs none of it.
      const [{ deployTemplateFile }, { callOperations }, { readGivenValues }] = await Promise.all([
        import('#deploy/deploy-template.ts'),
        import('#deploy/operations.ts'),
        import('#deploy/read-values.ts'),
      ])
      const scope = { accountId, region }
      return deployTemplateFile({
        ...template,
        ...(settings.stackName !== undefined && { stackName: settings.stackName }),
        parameters: { ...template.parameters, ...settings.parameters },
        scope,
        store,
        customResources,
        onError,
        values: readGivenValues(template.file, settings.valuesFile, process.env),
        strict: settings.strict,
        upstreams: reachedNames(settings),
        redeploy: settings.asAws ? 'as-aws' : 'always',
        ...(settings.as !== undefined && { as: settings.as }),
        call: (tx) => {
          const requestId = systemRandom.uuid()
          return callOperations({
            scope,
            store,
            tx,
            nowMs: clock.nowMs(),
            requestId,
            certificateSeal,
            lambda,
            isBucketEmpty,
            userPools: userPools.parts,
            messaging: messaging.declared,
          })
        },
      })
    },
    describeServices: (origins) =>
      store.read((view) => describeServices(view, { accountId, region }, origins)),
    clear: async () => {
      await store.write((tx) => tx.clear())
      await services.clear()
      await messaging.clear()
      userPools.mailbox.clear()
      await usage.forget('')
    },
    close: async () => {
      await hostedPages.close()
      await userPools.close()
      await messaging.close()
      await services.close()
      await tokenKeys.close()
      codeStore.close()
      stopKeeping()
      await keeping.done()
      await limits.close()
      await telemetry.close()
      await store.close()
      lock.release()
    },
  }
}

/** Writes the last good documents after commits: one write at a time, and one more where there was news meanwhile. */
const keepLastGood = (
  source: DirectorySource,
  folder: string,
  onError: (error: unknown) => void,
) => {
  const lastGood = openLastGood(folder)
  let last: Promise<void> = Promise.resolve()
  let waiting = false
  return {
    keep: (): void => {
      if (waiting) return
      waiting = true
      last = last.then(() => {
        waiting = false
        return lastGood.keep(source).catch(onError)
      })
    },
    done: () => last,
  }
}
