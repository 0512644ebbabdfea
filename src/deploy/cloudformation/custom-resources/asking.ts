// The custom resources of one deployment: their questions leave its transaction, and where the deployment fails, what
// was answered is taken back by asking again, as AWS does it.
import { functions } from '#lambda/api/records.ts'
import type { Scope } from '#model/scope.ts'
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { stackId } from '../parameters.ts'
import type { FailureStep, Phases } from '../phases.ts'
import {
  askCustomResource,
  type CustomResourceAnswer,
  CustomResourceFailure,
  type CustomResourcePorts,
  type CustomResourceQuestion,
} from './ask.ts'

export type Question = Pick<
  CustomResourceQuestion,
  'requestType' | 'serviceToken' | 'physicalId' | 'properties' | 'oldProperties' | 'serviceTimeout'
>

/** Asks for one resource. */
export interface Asking {
  /** Fulfils with the answer; throws `CustomResourceFailure`. Everything done so far is committed before. */
  ask(question: Question): Promise<CustomResourceAnswer>
  /** What to ask where the deployment fails later; undefined: nothing. */
  onFailure(when: FailureStep['when'], question: () => Question | undefined): void
}

export interface Outside {
  readonly ports: CustomResourcePorts
  readonly phases: Phases
  /** Values that must not be shown. */
  readonly secrets: Set<string>
}

export const askingOf = (
  { ports, phases, secrets }: Outside,
  resource: {
    readonly scope: Scope
    readonly stackName: string
    readonly logicalId: string
    readonly type: string
  },
): Asking => {
  const { scope, stackName, logicalId, type: resourceType } = resource
  const about = { stackId: stackId(scope, stackName), logicalId, resourceType }
  const runtimes = new Map<string, string | undefined>()
  return {
    ask: async (question) => {
      const { serviceToken } = question
      const [, , , , , , name = ''] = serviceToken.split(':')
      const runtime = (await phases.tx.get(functions, scope, name))?.document.Runtime
      runtimes.set(serviceToken, runtime)
      const answer = await phases.outside(() =>
        askCustomResource({ ...question, ...about, runtime }, ports),
      )
      if (answer.noEcho) for (const value of textsIn(answer.data)) secrets.add(value)
      return answer
    },
    onFailure: (when, questionOf) =>
      phases.onFailure({
        when,
        run: async () => {
          const question = questionOf()
          if (question === undefined) return
          const runtime = runtimes.get(question.serviceToken)
          await askCustomResource({ ...question, ...about, runtime }, ports).catch(
            (error: unknown) => {
              if (!(error instanceof CustomResourceFailure)) throw error
              const what = `${stackName}: ${logicalId}: its ${question.requestType} request while going back`
              throw new CustomResourceFailure(`${what}: ${error.message}`, undefined, error)
            },
          )
        },
      }),
  }
}

const textsIn = (value: JsonValue): readonly string[] => {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => textsIn(item))
  return isObject(value) ? Object.values(value as JsonObject).flatMap(textsIn) : []
}
