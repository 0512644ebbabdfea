// Which customer: the API key, its usage plan's throttle and quota.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
import type { MethodSource } from '../compiling.ts'
import type { AdmitStep } from '../plan.ts'

/** Empty for a method without a key. */
export const compileApiKey = ({ method, limits }: MethodSource): readonly AdmitStep[] =>
  method.apiKeyRequired ? [limits.refuse('API keys and usage plans')] : []
