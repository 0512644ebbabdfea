// What a stack brought about, for whoever prints it: APIs with their stages, and functions.
import type { Scope } from '#model/scope.ts'
import { apisV2, restApis, stages, stagesV2 } from '#store/collections.ts'
import type { View } from '#store/store.ts'
import { type Stack, stacks } from './cloudformation/stacks.ts'

export interface DeployedApi {
  readonly id: string
  readonly name: string
  readonly protocol: 'REST' | 'HTTP' | 'WEBSOCKET'
  readonly stages: readonly string[]
  readonly logicalId: string
}

export interface DeployedFunction {
  readonly name: string
  readonly arn: string
  readonly logicalId: string
}

export interface DeployedParts {
  readonly apis: readonly DeployedApi[]
  readonly functions: readonly DeployedFunction[]
}

/** Those of nested stacks among them. */
export const deployedApis = async (
  view: View,
  scope: Scope,
  stack: Stack,
): Promise<DeployedParts> => {
  const apis: DeployedApi[] = []
  const functions: DeployedFunction[] = []
  for (const [logicalId, resource] of Object.entries(stack.resources)) {
    const { type, physicalId: id, attributes, keys } = resource
    if (type === 'AWS::ApiGateway::RestApi') {
      const api = await view.get(restApis, scope, id)
      const own = await view.list(stages, scope, { prefix: `${id}/` })
      const names = own.map(({ value }) => value.stageName)
      if (api) apis.push({ id, name: api.name, protocol: 'REST', stages: names, logicalId })
    } else if (type === 'AWS::ApiGatewayV2::Api') {
      const api = await view.get(apisV2, scope, id)
      const own = await view.list(stagesV2, scope, { prefix: `${id}/` })
      const names = own.map(({ value }) => value.stageName)
      if (api) {
        apis.push({ id, name: api.name, protocol: api.protocolType, stages: names, logicalId })
      }
    } else if (type === 'AWS::Lambda::Function') {
      functions.push({ name: id, arn: String(attributes['Arn']), logicalId })
    } else if (type === 'AWS::CloudFormation::Stack') {
      const inner = await view.get(stacks, scope, keys['stackName'] ?? '')
      if (inner === undefined) continue
      const parts = await deployedApis(view, scope, inner)
      apis.push(...parts.apis)
      functions.push(...parts.functions)
    }
  }
  return { apis, functions }
}
