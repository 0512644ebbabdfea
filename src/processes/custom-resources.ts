// Custom resources, joined: functions are invoked as they are committed, and put their answers to this node's own
// endpoint, under the name that AWS's own client code insists on.
import {
  ANSWER_BYTES_MAX,
  ANSWER_PATH,
  type CustomResourceAnswers,
  createCustomResourceAnswers,
} from '#deploy/cloudformation/custom-resources/answers.ts'
import type { CustomResourcePorts } from '#deploy/cloudformation/custom-resources/ask.ts'
import type { InvokeFunction } from '#model/ports.ts'
import { systemClock } from '#shared/clock.ts'
import { systemRandom } from '#shared/random.ts'
import {
  BodyAborted,
  BodyTooLarge,
  type HttpRequest,
  type HttpResponse,
} from '#transport/contract.ts'

export interface CustomResources {
  readonly ports: CustomResourcePorts
  /** Answers a PUT to a ResponseURL; undefined where the request is something else. */
  take(request: HttpRequest): Promise<HttpResponse> | undefined
}

export const composeCustomResources = (options: {
  readonly region: string
  readonly endpointUrl: () => string
  /** Invokes a function as it is committed now. */
  readonly invoke: InvokeFunction
}): CustomResources => {
  const answers = createCustomResourceAnswers(systemRandom)
  const { region, endpointUrl, invoke } = options
  return {
    ports: {
      answers,
      invoke,
      clock: systemClock,
      random: systemRandom,
      // Client code (cfn-response, CDK's) speaks TLS on port 443 whatever the URL says: runtimes whose connections
      // are led home get a name of AWS, others the endpoint itself.
      urlOf: (path, runtime) =>
        runtime !== undefined && /^(?:nodejs|python)/.test(runtime)
          ? `https://cloudformation-custom-resource-response-${region.replaceAll('-', '')}.amazonaws.com${path}`
          : `${endpointUrl()}${path}`,
    },
    take: (request) => {
      const [path = ''] = request.target.split('?', 1)
      if (request.method !== 'PUT' || !path.startsWith(ANSWER_PATH)) return undefined
      return answers.isOpen(path) ? receive(request, path, answers) : Promise.resolve(GONE)
    },
  }
}

const receive = async (
  request: HttpRequest,
  path: string,
  answers: CustomResourceAnswers,
): Promise<HttpResponse> => {
  try {
    answers.take(path, await request.body.read(ANSWER_BYTES_MAX))
    return { statusCode: 200, headers: [], body: '' }
  } catch (error) {
    if (error instanceof BodyAborted) return { ...GONE, statusCode: 400, close: true }
    if (!(error instanceof BodyTooLarge)) throw error
    answers.refuse(path)
    return { ...TOO_LARGE, close: true }
  }
}

const GONE: HttpResponse = {
  statusCode: 403,
  headers: ['content-type', 'application/json'],
  body: '{"message":"Nobody waits for an answer here, or not any more."}',
}

const TOO_LARGE: HttpResponse = {
  statusCode: 413,
  headers: ['content-type', 'application/json'],
  body: `{"message":"An answer has at most ${ANSWER_BYTES_MAX} bytes."}`,
}
