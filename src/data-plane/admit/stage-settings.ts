// What a stage sets beside its deployment: which of it decides answers, and which of it only observes or speeds up.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-stages.html
import type { RestApi } from '#model/apigateway/rest-api.ts'
import type { MethodSetting, Stage } from '#model/apigateway/stage.ts'
import { type Limits, SENT_TRACES } from '../compiling.ts'

/** Undefined where the stage may serve; else the step that refuses all of its requests. */
export const compileStageSettings = (
  stage: Stage,
  api: RestApi,
  limits: Limits,
): (() => never) | undefined => {
  noteIgnored(stage, api, limits)
  if (stage.webAclArn !== undefined) return limits.refuse('AWS WAF web ACLs')
  return undefined
}

const noteIgnored = (stage: Stage, api: RestApi, limits: Limits): void => {
  const settings = Object.values(stage.methodSettings ?? {})
  const some = (holds: (setting: MethodSetting) => boolean) => settings.some(holds)
  // It is stored and read back. The answers are in the memory of the gateway's own processes, and on no disk.
  if (stage.cacheClusterEnabled && some((setting) => setting.cacheDataEncrypted === true)) {
    limits.ignore('the encryption of cached answers (they stay in memory)')
  }
  if (stage.tracingEnabled) {
    limits.ignoreUnless(
      SENT_TRACES,
      'sending X-Ray segments (they are kept for `daemun trace`: set --xray-daemon or --otlp-endpoint)',
    )
  }
  // A backend that wants the certificate refuses by itself: nothing passes that should not.
  if (stage.clientCertificateId !== undefined) limits.ignore('client certificates')
  // It chooses among TLS versions of AWS's listener, which is not the one here.
  if (api.securityPolicy !== undefined) limits.ignore('the TLS security policy')
}
